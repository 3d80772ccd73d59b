import type { Case, Expected } from '../case.js';
import { unanswered } from '../harness.js';

/** Which events are the page's, and to which session they belong. */
const area = 'errors';
const crash: Expected = { all: 1, crashed: 1, items: 2 };
const healthy: Expected = { all: 1, items: 1 };
const errorEvent = `new ErrorEvent('error', { message: 'boom', error: new Error('boom'), bubbles: true, composed: true })`;

/** Events of elements and of other targets, which `window.onerror` never sees. */
function notOurs(name: string, script: string, body = '<p id="p"><b id="b">text</b></p>'): Case {
  return {
    name: `not the window’s: ${name}`,
    area,
    page: { body },
    async steps(s) {
      await s.run(script);
      await s.quiet(400);
    },
    expect: healthy,
  };
}

/** What the page's own listener, which is there first, does about an error. */
function during(name: string, act: string, fail: string, expect: Expected): Case {
  return {
    name: `in the page’s own listener: ${name}`,
    area,
    page: {
      head: `<script>for (const type of ['error', 'unhandledrejection'])
        addEventListener(type, () => { ${act} });</script>`,
    },
    steps: (s) => s.run(fail),
    expect,
    also(s) {
      const first = s.items().find(({ init }) => init);
      const crashed = s.items().find(({ status }) => status === 'crashed');
      s.check(first?.sid === crashed?.sid, 'the crash is booked on another session');
    },
  };
}
const fail = `throw new Error('boom')`;
const reject = `Promise.reject(new Error('boom'))`;
const firstCrashed: Expected = { all: 2, crashed: 1 };

const leave = `location.href = '/blank'`;
const soon = `setTimeout(() => { ${leave}; }, 60)`;
/** A busy engine may tell of a rejection later than any timer, or not at all if its page is gone. */
const onceTold = `addEventListener('unhandledrejection', () => setTimeout(() => { ${leave}; }))`;
/** The page does something, and is then left. */
function leaving(name: string, script: string, expect: Expected, then = soon): Case {
  return {
    name: `on its way out: ${name}`,
    area,
    files: { 'slow.js': unanswered },
    async steps(s) {
      await s.page.leave(`${s.fill(script)}; ${then}`);
      await s.calm(300);
    },
    expect,
  };
}

export const eventCases: Case[] = [
  notOurs('an element', `document.body.firstElementChild.dispatchEvent(${errorEvent})`),
  notOurs('a detached element', `document.createElement('p').dispatchEvent(${errorEvent})`),
  notOurs('the document', `document.dispatchEvent(${errorEvent})`),
  notOurs(
    'a shadow tree',
    `const root = document.querySelector('#p').attachShadow({ mode: 'open' });
     root.innerHTML = '<b>text</b>'; root.firstChild.dispatchEvent(${errorEvent})`,
  ),
  notOurs(
    'a rejection at an element',
    `document.querySelector('#b').dispatchEvent(new CustomEvent('unhandledrejection',
      { bubbles: true, detail: { promise: {}, reason: new Error('boom') } }))`,
  ),
  notOurs('another target', `new EventTarget().dispatchEvent(${errorEvent})`),
  notOurs(
    'a worker',
    `new Worker(URL.createObjectURL(new Blob(['throw new Error("boom")']))).onerror =
      (event) => { event.preventDefault(); }`,
  ),
  notOurs(
    'a request',
    `const request = new XMLHttpRequest(); request.open('GET', 'http://127.0.0.1:1/'); request.send();
     new EventSource('http://127.0.0.1:1/')`,
  ),
  notOurs(
    'a picture, a style and a script that do not load',
    `for (const [name, of] of [['img', 'src'], ['script', 'src'], ['video', 'src']])
      document.body.append(Object.assign(document.createElement(name), { [of]: 'http://127.0.0.1:1/x' }));
     document.head.append(Object.assign(document.createElement('link'),
      { rel: 'stylesheet', href: 'http://127.0.0.1:1/x' }))`,
  ),

  ...(
    [
      ['promise and reason', `{ promise: Promise.resolve(), reason: new Error('boom') }`],
      ['a foreign promise', `{ promise: {}, reason: new Error('boom') }`],
      ['a text as reason', `{ promise: {}, reason: 'boom' }`],
    ] as const
  ).map(([name, detail]): Case => ({
    // https://github.com/petkaantonov/bluebird/issues/1209
    name: `a library’s rejection: ${name}`,
    area,
    steps: (s) =>
      s.run(`dispatchEvent(new CustomEvent('unhandledrejection',
        { detail: ${detail}, cancelable: true }))`),
    expect: crash,
  })),
  {
    name: 'a library’s rejection, prevented',
    area,
    async steps(s) {
      await s.run(`addEventListener('unhandledrejection', (e) => e.preventDefault());
        dispatchEvent(new CustomEvent('unhandledrejection',
          { detail: { promise: {}, reason: new Error('boom') }, cancelable: true }))`);
      await s.quiet(400);
    },
    expect: healthy,
  },

  during('an error route is pushed', `history.pushState(null, '', 'oops')`, fail, firstCrashed),
  during('the same for a rejection', `history.pushState(null, '', 'oops')`, reject, firstCrashed),
  during('a hash route', `location.hash = '#/oops'`, fail, firstCrashed),
  during('the session is ended', `crashfree.endSession()`, fail, { all: 1, crashed: 1 }),
  during('a new session is started', `crashfree.startSession()`, fail, firstCrashed),
  during('the user is logged out', `crashfree.setUser(null)`, fail, { all: 1, crashed: 1 }),
  during('the error is captured', `crashfree.captureException(new Error('boom'))`, fail, {
    all: 1,
    crashed: 1,
  }),
  during(
    'another error is thrown',
    `if (!window.once) { window.once = 1; throw new Error('boom'); }`,
    fail,
    {
      all: 1,
      crashed: 1,
    },
  ),

  leaving('fetch under way', `fetch('$other/slow.js')`, { all: 1 }),
  leaving('import under way', `import('$other/slow.js')`, { all: 1 }),
  leaving(
    'XMLHttpRequest in a promise',
    `new Promise((_, reject) => {
      const request = new XMLHttpRequest(); request.open('GET', '$other/slow.js');
      request.onerror = request.onabort = () => reject(new Error('Network Error')); request.send();
    })`,
    { all: 1 },
  ),
  leaving('several requests', `for (let i = 0; i < 4; i++) fetch('$other/slow.js?' + i)`, {
    all: 1,
  }),
  leaving('a rejection of the page’s own before', reject, { all: 1, crashed: 1 }, onceTold),
  leaving(
    'a mistake of the page’s own before',
    `(async () => { nothing.here(); })()`,
    { all: 1, crashed: 1 },
    onceTold,
  ),
  leaving(
    'an error as it is left',
    `addEventListener('pagehide', () => { throw new Error('boom'); })`,
    { all: 1, crashed: 1 },
  ),
  leaving(
    'an error as the last thing that happens',
    `document.addEventListener('visibilitychange', () => { throw new Error('boom'); })`,
    { all: 1, crashed: 1 },
  ),
  {
    name: 'on its way out: it stays after all, and fails later',
    area,
    files: { nothing: { status: 204, body: '' } },
    async steps(s) {
      await s.run(`location.href = '${s.url('nothing')}'`);
      await s.hit('nothing');
      await s.quiet(300);
      await s.run(reject);
    },
    expect: crash,
  },
  {
    name: 'a request that fails on a page that stays',
    area,
    steps: (s) => s.run(`fetch('http://127.0.0.1:1/')`),
    expect: crash,
  },
];
