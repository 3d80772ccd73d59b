import type { Case, Expected } from '../case.js';
import { handledLate } from '../pages.js';

const area = 'errors';
const crash: Expected = { all: 1, crashed: 1, items: 2 };
const healthy: Expected = { all: 1, items: 1 };
const errored: Expected = { all: 1, errored: 1, items: 2 };

function after(name: string, script: string, expect: Expected, options?: string): Case {
  return {
    name,
    area,
    ...(options === undefined ? {} : { page: { options } }),
    steps: (s) => s.run(s.fill(script)),
    expect,
  };
}

/** `settled` says that nobody waits for it any longer. */
const lateHandled = `${handledLate}
  addEventListener('rejectionhandled', () => setTimeout(() => { window.settled = true; }, 300))`;
const abort = `const stop = new AbortController(); stop.abort();
  fetch('/blank', { signal: stop.signal })`;
/** Code with an address of its own; where the engine does not grant that, its stack is written. */
const fromExtension = (address: string, act: string): string =>
  `(function inContent() {
    const error = new Error('not of this page');
    if (!error.stack.includes('${address}')) error.stack = 'inContent@${address}:1:1';
    ${act};
  })();\n//# sourceURL=${address}`;
const extension = (scheme: string): string =>
  fromExtension(`${scheme}://abcdefghijklmnop/content.js`, 'throw error');
const extensionRejection = fromExtension(
  'chrome-extension://abcdefghijklmnop/content.js',
  'Promise.reject(error)',
);
const preventError = `addEventListener('error', (e) => e.preventDefault());
  setTimeout(() => { throw new Error('prevented'); })`;
const preventRejection = `addEventListener('unhandledrejection', (e) => e.preventDefault());
  Promise.reject(new Error('prevented'))`;
/** An observer that resizes what it observes; browsers report that as an error. */
const resizeLoop = `const box = document.createElement('div'); box.style.width = '10px';
  document.body.append(box);
  addEventListener('error', (e) => { window.notice = e.message; });
  let turns = 0;
  new ResizeObserver(() => { if (turns++ < 5) box.style.width = box.offsetWidth + 10 + 'px'; }).observe(box)`;
/**
 * A driven Firefox tells the details of errors elsewhere, so there an event takes their place that
 * looks as it does for people. The listener is there before all others.
 */
const opaqueHead = `<script>addEventListener('error', (event) => {
  if (event.message === 'Script error.') {
    window.notice = event.message;
  } else {
    event.stopImmediatePropagation();
    setTimeout(() => dispatchEvent(
      new ErrorEvent('error', { message: 'Script error.', cancelable: true })));
  }
}, true)</script>`;
const opaque = `const script = document.createElement('script');
  script.src = '$other/throws.js'; document.head.append(script)`;

/** Each kind of noise: not counted by default, counted with its rule switched off. */
function noise(name: string, rule: string, script: string, seen?: string, head = ''): Case[] {
  const files = { 'throws.js': { body: `throw new Error('elsewhere')` } };
  const variants: [string, Expected, string | undefined][] = [
    [name, healthy, undefined],
    [`${name}, rule off`, crash, `{ noise: { ${rule}: false } }`],
    [
      `${name}, another rule off`,
      healthy,
      `{ noise: { ${rule === 'abort' ? 'prevented' : 'abort'}: false } }`,
    ],
    [`${name}, all rules off`, crash, '{ noise: false }'],
  ];
  return variants.map(([title, expect, options]) => ({
    ...after(title, script, expect),
    page: { head, ...(options === undefined ? {} : { options }) },
    files,
    async steps(s) {
      await s.run(s.fill(script));
      if (seen) await s.page.waitFor(seen);
    },
  }));
}

export const errorCases: Case[] = [
  after('uncaught error', `throw new Error('boom')`, crash),
  after('uncaught error in a timer', `setTimeout(() => { throw new TypeError('boom'); })`, crash),
  {
    name: 'uncaught error in a click handler',
    area,
    page: { body: `<button id="button" onclick="nothing.here()">press</button>` },
    steps: (s) => s.page.click('#button'),
    expect: crash,
  },
  after('syntax error', `this is no script`, crash),
  after('rejection with an Error', `Promise.reject(new Error('boom'))`, crash),
  after('rejection with null', `Promise.reject(null)`, crash),
  after('rejection with undefined', `Promise.reject()`, crash),
  after('rejection with a frozen object', `Promise.reject(Object.freeze({ code: 7 }))`, crash),
  after('rejection with a string', `Promise.reject('text')`, crash),
  after('rejection in an async function', `(async () => { nothing.here(); })()`, crash),
  after(
    'rejection with an object that throws when looked at',
    `const evil = new Proxy({}, { get() { throw new Error('no'); }, has() { throw new Error('no'); },
      getPrototypeOf() { throw new Error('no'); }, ownKeys() { throw new Error('no'); } });
     window.seen = 0; addEventListener('error', () => seen++);
     Promise.reject(evil)`,
    crash,
  ),
  after('thrown null', `throw null`, crash),
  after('thrown string', `throw 'text'`, crash),
  after('captured exception', `crashfree.captureException(new Error('caught'))`, errored),
  after('captured string', `crashfree.captureException('text')`, errored),
  after(
    'captured with handled: false',
    `crashfree.captureException(new Error('x'), { handled: false })`,
    crash,
  ),
  after(
    'captured twice: one update',
    `crashfree.captureException(new Error('one')); crashfree.captureException(new Error('two'))`,
    errored,
  ),
  {
    name: 'captured, then uncaught',
    area,
    async steps(s) {
      await s.run(`crashfree.captureException(new Error('caught'))`);
      await s.arrived(2);
      await s.run(`throw new Error('boom')`);
    },
    expect: { all: 1, crashed: 1, items: 3 },
  },
  {
    name: 'crash twice',
    area,
    async steps(s) {
      await s.run(`throw new Error('one')`);
      await s.arrived(2);
      await s.run(`throw new Error('two')`);
    },
    expect: crash,
  },
  after(
    'two crashes in one task',
    `setTimeout(() => { throw new Error('two'); });
    throw new Error('one')`,
    crash,
  ),
  after(
    'the same error thrown and rejected',
    `const e = new Error('same'); Promise.reject(e); throw e`,
    crash,
  ),
  after(
    'captured and thrown again',
    `try { throw new Error('x'); } catch (e) { crashfree.captureException(e); throw e; }`,
    { all: 1, crashed: 1 },
  ),
  {
    name: 'crash, then captured',
    area,
    async steps(s) {
      await s.run(`throw new Error('one')`);
      await s.arrived(2);
      await s.run(`crashfree.captureException(new Error('two'))`);
    },
    expect: crash,
  },
  {
    name: 'crash, then navigation',
    area,
    async steps(s) {
      await s.run(`throw new Error('boom')`);
      await s.arrived(2);
      await s.run(`history.pushState(null, '', 'next')`);
    },
    expect: { all: 2, crashed: 1, items: 3, requests: 3 },
  },
  after(
    'crash and navigation in one task',
    `setTimeout(() => history.pushState(null, '', 'next')); throw new Error('boom')`,
    { all: 2, crashed: 1, items: 3 },
  ),
  {
    name: 'crash, navigation, crash',
    area,
    async steps(s) {
      await s.run(`throw new Error('one')`);
      await s.arrived(2);
      await s.run(`history.pushState(null, '', 'next')`);
      await s.sessions(2);
      await s.run(`throw new Error('two')`);
    },
    expect: { all: 2, crashed: 2, items: 4 },
  },
  {
    name: 'crash, then a user',
    area,
    async steps(s) {
      await s.run(`throw new Error('boom')`);
      await s.arrived(2);
      await s.run(`crashfree.setUser({ id: 'late' })`);
    },
    expect: crash,
  },
  {
    name: 'crash, then hidden and shown',
    area,
    async steps(s) {
      await s.run(`throw new Error('boom')`);
      await s.arrived(2);
      await s.page.hide();
      await s.page.show();
    },
    expect: crash,
  },
  {
    name: 'error on a hidden page',
    area,
    async steps(s) {
      await s.page.hide();
      await s.run(`throw new Error('boom')`);
    },
    expect: crash,
  },
  after(
    'image that fails to load',
    `new Image().src = '/nothing/here.png';
    document.body.append(Object.assign(new Image(), { src: '/nothing/there.png' }))`,
    healthy,
  ),
  after('console.error', `console.error(new Error('logged'))`, healthy),
  after('reportError()', `reportError(new Error('reported'))`, crash),
  after('rejection handled at once', `Promise.reject(new Error('x')).catch(() => {})`, healthy),

  ...noise('ResizeObserver notice', 'resizeObserver', resizeLoop, 'window.notice'),
  ...noise('opaque Script error', 'scriptError', opaque, 'window.notice', opaqueHead),
  ...noise('extension frames', 'extension', extension('chrome-extension')),
  after('Firefox extension frames', extension('moz-extension'), healthy),
  after('Safari extension frames', extension('safari-web-extension'), healthy),
  after(
    'Safari extension frames with a masked address',
    fromExtension('webkit-masked-url://hidden/', 'throw error'),
    healthy,
  ),
  after('rejection with extension frames', extensionRejection, healthy),
  ...noise('AbortError rejection', 'abort', abort),
  after(
    'AbortError of one’s own',
    `Promise.reject(new DOMException('stop', 'AbortError'))`,
    healthy,
  ),
  ...noise(
    'rejection handled a task after it was told of',
    'lateHandled',
    lateHandled,
    'window.settled',
  ),
  ...noise('prevented error', 'prevented', preventError),
  ...noise('prevented rejection', 'prevented', preventRejection),
  {
    name: 'error prevented by a listener from before the library',
    area,
    page: { head: `<script>addEventListener('error', (e) => e.preventDefault())</script>` },
    steps: (s) => s.run(`throw new Error('prevented')`),
    expect: healthy,
  },
  after(
    'window.onerror that returns true',
    `window.onerror = () => true;
    setTimeout(() => { throw new Error('prevented'); })`,
    healthy,
  ),
  after(
    'window.onerror that returns nothing',
    `window.onerror = () => {};
    setTimeout(() => { throw new Error('boom'); })`,
    crash,
  ),
  // It calls nothing else: https://github.com/hotwired/stimulus/blob/v3.2.2/src/core/application.ts
  after(
    'a library that hands what it caught to window.onerror, as Stimulus does',
    `try { throw new Error('boom'); } catch (error) {
      window.onerror?.call(window, 'Error invoking action "cart#add"', '', 0, 0, error);
    }`,
    crash,
  ),
  {
    name: 'a library that hands what it caught to the page’s own window.onerror',
    area,
    page: {
      head: `<script>window.heard = 0; window.onerror = () => { heard++; return true; };</script>`,
    },
    steps: (s) =>
      s.run(`setTimeout(() => { throw new Error('prevented'); });
        setTimeout(() => onerror('boom', '', 0, 0, new Error('boom')), 50)`),
    expect: crash,
    async also(s) {
      s.check(await s.page.evaluate('heard === 2'), 'the page’s own handler was not called');
    },
  },
  after(
    'window.onunhandledrejection that returns false, as PostHog’s does',
    `window.onunhandledrejection = () => false;
    Promise.reject(new Error('boom'))`,
    crash,
  ),
  after(
    'window.onunhandledrejection that prevents',
    `window.onunhandledrejection = (e) => { e.preventDefault(); return false; };
    Promise.reject(new Error('prevented'))`,
    healthy,
  ),
  {
    name: 'listener that stops other listeners',
    area,
    page: {
      body: `<script>addEventListener('error', (e) => e.stopImmediatePropagation())</script>`,
    },
    steps: (s) => s.run(`throw new Error('boom')`),
    expect: crash,
  },
  {
    name: 'cross-origin script with CORS that throws',
    area,
    files: {
      'throws.js': {
        body: `throw new Error('elsewhere')`,
        headers: { 'access-control-allow-origin': '*' },
      },
    },
    steps: (s) =>
      s.run(`document.head.append(Object.assign(document.createElement('script'),
        { crossOrigin: 'anonymous', src: '${s.otherUrl('throws.js')}' }))`),
    expect: crash,
  },
  {
    name: 'noise, then a crash',
    area,
    async steps(s) {
      await s.run(extension('chrome-extension'));
      await s.run(abort);
      await s.run(`throw new Error('boom')`);
    },
    expect: crash,
  },
  {
    name: 'late-handled rejection, page left within the grace',
    area,
    async steps(s) {
      await s.page.leave(`Promise.reject(new Error('never handled'));
        addEventListener('unhandledrejection', () => location.assign('${s.blank}'))`);
    },
    expect: crash,
  },

  after(
    'ignoreErrors: substring',
    `throw new Error('a known glitch here')`,
    healthy,
    `{ ignoreErrors: ['known glitch'] }`,
  ),
  after(
    'ignoreErrors: RegExp',
    `throw new Error('flaky 17')`,
    healthy,
    `{ ignoreErrors: [/^Error: flaky \\d+$|^flaky \\d+$/] }`,
  ),
  after(
    'ignoreErrors: type and message',
    `throw new TypeError('gone')`,
    healthy,
    `{ ignoreErrors: ['TypeError: gone'] }`,
  ),
  after(
    'ignoreErrors: no match',
    `throw new Error('unknown')`,
    crash,
    `{ ignoreErrors: ['known glitch', /flaky \\d+/] }`,
  ),
  after(
    'ignoreErrors: rejection with a string',
    `Promise.reject('plain reason')`,
    healthy,
    `{ ignoreErrors: ['plain reason'] }`,
  ),
  after(
    'ignoreErrors: what is no error, by the words that Sentry has for it',
    `Promise.reject('gone'); Promise.reject({ message: 'gone', code: 7 });
    Promise.reject(new Event('error'))`,
    healthy,
    `{ ignoreErrors: ['Non-Error promise rejection captured', 'Object captured as promise rejection with keys: code',
      /^Event: Event .Event. .type=error. captured/] }`,
  ),
  {
    name: 'denyUrls: code that a script made of a text',
    area,
    page: {
      options: `{ denyUrls: ['vendor.js'] }`,
      body: `<script src="vendor.js"></script>`,
    },
    files: { 'vendor.js': { body: `window.made = new Function('null.x')` } },
    async steps(s) {
      // WebKit does not name who made the code.
      s.found = await s.page.evaluate(
        `(() => { try { made() } catch ({ stack }) { return /vendor/.test(stack) ? '' : 'unnamed' } })()`,
      );
      await s.run(`setTimeout(() => made())`);
    },
    expect: ({ found }) => (found ? crash : healthy),
  },
  after(
    'ignoreErrors: captured exception',
    `crashfree.captureException(new Error('known glitch'))`,
    healthy,
    `{ ignoreErrors: ['known glitch'] }`,
  ),
  after(
    'ignoreErrors: RegExp with the global flag, twice',
    `crashfree.captureException(new Error('glitch')); crashfree.captureException(new Error('glitch'))`,
    healthy,
    `{ ignoreErrors: [/glitch/g] }`,
  ),
  ...(
    [
      ['denyUrls: match', `{ denyUrls: ['vendor.js'] }`, 'vendor.js', healthy],
      ['denyUrls: RegExp', `{ denyUrls: [/\\/vendor\\.js$/] }`, 'vendor.js', healthy],
      ['denyUrls: no match', `{ denyUrls: ['vendor.js'] }`, 'app.js', crash],
      ['allowUrls: match', `{ allowUrls: ['app.js'] }`, 'app.js', crash],
      ['allowUrls: no match', `{ allowUrls: [/app\\.js/] }`, 'vendor.js', healthy],
    ] as const
  ).map(([name, options, file, expect]): Case => ({
    name,
    area,
    page: { options },
    files: {
      'vendor.js': { body: `(function vendor() { throw new Error('from a file'); })()` },
      'app.js': { body: `(function app() { throw new Error('from a file'); })()` },
    },
    async steps(s) {
      await s.run(`const script = document.createElement('script'); script.src = '${s.url(file)}';
          script.onload = () => { window.ran = true; }; document.head.append(script)`);
      await s.page.waitFor('window.ran');
    },
    expect,
  })),
  ...(
    [
      ['ignore', healthy],
      ['error', errored],
      ['crash', crash],
    ] as const
  ).map(([verdict, expect]) =>
    after(
      `classifyError: ${verdict}`,
      `throw new Error('${verdict}')`,
      expect,
      `{ classifyError: (error) => error.message }`,
    ),
  ),
  after(
    'classifyError that makes a captured exception a crash',
    `crashfree.captureException(new Error('crash'))`,
    crash,
    `{ classifyError: (error) => error.message }`,
  ),
  after(
    'classifyError that says nothing',
    `throw new Error('boom')`,
    crash,
    `{ classifyError: () => undefined }`,
  ),
  after(
    'classifyError that throws',
    `throw new Error('boom')`,
    crash,
    `{ classifyError: () => { throw new Error('in the hook'); } }`,
  ),
  after(
    'unhandledStatus: unhandled',
    `throw new Error('boom')`,
    { all: 1, unhandled: 1, items: 2 },
    `{ unhandledStatus: 'unhandled' }`,
  ),
  {
    ...after(
      'unhandledStatus: unhandled, then navigation',
      '',
      { all: 2, unhandled: 1, items: 3 },
      `{ unhandledStatus: 'unhandled' }`,
    ),
    async steps(s) {
      await s.run(`throw new Error('boom')`);
      await s.arrived(2);
      await s.run(`history.pushState(null, '', 'next')`);
    },
  },
];
