import type { Case, Expected } from '../case.js';
import { preListener } from '../pages.js';

/** Functions and texts that a page hands in: whatever they do, they do no harm. */
const area = 'control';
const crash: Expected = { all: 1, crashed: 1 };

/** A function option, given as one that fails in some way: what it decides is as if it were not there. */
function hook(name: string, option: string, act: string, expect: Expected): Case {
  return {
    name: `hook ${option} that ${name}`,
    area,
    page: {
      head: `<script>window.asked = 0; window.surprises = [];
        addEventListener('error', (e) => surprises.push(String(e.message)));
        addEventListener('unhandledrejection', (e) => surprises.push(String(e.reason)));</script>`,
      options: `{ ${option}: function (...args) { asked++; ${act} } }`,
    },
    async steps(s) {
      await s.run(`history.pushState(null, '', 'next')`);
      await s.sessions(2);
      await s.run(`setTimeout(() => { throw new Error('boom'); })`);
      await s.settled('a crash', ({ crashed, unhandled }) => crashed + unhandled === 1);
      await s.calm(400);
      const asked = await s.page.evaluate<number>('asked');
      s.check(asked > 0 && asked < 20, `it was asked ${asked} times`);
      const surprises = await s.page.evaluate<string[]>('surprises');
      s.check(surprises.length <= 1, `the page met ${surprises.join(', ')}`);
    },
    expect,
  };
}

const second: Expected = { all: 2, crashed: 1 };
const rejects = `return Promise.reject(new Error('hook'));`;
const throws = `throw new Error('hook');`;

/** An error with a long text, of which only a part may be looked at. */
function long(name: string, text: string): Case {
  return {
    name: `an error with ${name} does not freeze the page`,
    area,
    async steps(s) {
      await s.run(`window.took = 0;
        const error = new Error('cannot read ' + ${text} + ' of it');
        error.message = 'upload failed: ' + error.message;
        setTimeout(() => {
          const begin = performance.now();
          setTimeout(() => setTimeout(() => { took = performance.now() - begin; }));
          throw error;
        })`);
      await s.page.waitFor('took > 0');
      const took = await s.page.evaluate<number>('took');
      s.check(took < 2500, `the page was frozen for ${Math.round(took)} ms`);
    },
    expect: crash,
  };
}

export const hookCases: Case[] = [
  hook('rejects', 'classifyError', rejects, second),
  hook('throws', 'classifyError', throws, second),
  hook(
    'captures what it is asked about',
    'classifyError',
    'crashfree.captureException(args[0]);',
    second,
  ),
  hook(
    'captures another error',
    'classifyError',
    `crashfree.captureException(new Error('other'));`,
    second,
  ),
  hook('gives nonsense', 'classifyError', `return { toString() { throw 1; } };`, second),
  hook('navigates', 'classifyError', `history.replaceState(asked, '');`, second),
  hook('rejects', 'beforeSendSession', rejects, second),
  hook('throws', 'beforeSendSession', throws, second),
  hook(
    'calls the library',
    'beforeSendSession',
    'crashfree.captureSession(); crashfree.flush();',
    second,
  ),
  hook('rejects', 'isNewRoute', rejects, second),
  hook('throws', 'isNewRoute', throws, second),
  hook('navigates', 'isNewRoute', `crashfree.navigate(); return true;`, second),
  hook('rejects', 'initialScope', rejects, second),
  hook('throws', 'initialScope', throws, second),
  long('a long word', `'abcdefgh'.repeat(15000)`),
  long('many slashes', `'/'.repeat(100000)`),
  long('many addresses', `'https://a.example/b/c,'.repeat(5000)`),
  long('many colons and digits', `':1:2'.repeat(30000)`),
  long('many lines', `'at x (y:1:1)\\n'.repeat(10000)`),
  long('many blanks', `' '.repeat(120000)`),
  long('brackets', `'(@('.repeat(40000)`),
  long('no letters', `'\\u{1f642}'.repeat(40000)`),
  {
    name: 'the pre-listener keeps at most 20',
    area,
    start: 'empty',
    page: { load: 'none' },
    async steps(s) {
      await s.page.goto(s.url());
      await s.run(preListener.replace(/<\/?script>/g, ''));
      await s.run(`let told = 0; addEventListener('unhandledrejection', () => {
          if (++told === 60) window.done = 1;
        });
        let turn = 0; const timer = setInterval(() => {
          if (++turn === 60) clearInterval(timer);
          Promise.reject(new Error('early ' + turn));
        }, 1)`);
      await s.page.waitFor('window.done');
      const kept = await s.page.evaluate<number>('crashfree.q.length');
      s.check(kept > 0 && kept <= 20, `${kept} are kept`);
    },
    expect: { all: 0 },
  },
];
