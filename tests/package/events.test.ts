/** What is thrown × engine: each thing makes one event that says what it was, and no second error. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build } from 'esbuild';
import { root } from '../../web/build/run.js';
import { EVENT_MAX, type ErrorEvent } from '../../web/src/events/event.js';
import { engineNames, launch, until, type Engine, type Page } from '../browser/engines/index.js';
import { Counting } from './counting.js';
import { Site } from './site.js';

/** An expression, and what the innermost exception of its event is. */
const things: Record<string, [thing: string, type: string | RegExp, value: string | RegExp]> = {
  'an error': [`new TypeError('x')`, 'TypeError', 'x'],
  'a text': [`'gone'`, 'Error', 'gone'],
  null: ['null', 'Error', 'null'],
  undefined: ['undefined', 'Error', 'undefined'],
  'a number': ['NaN', 'Error', 'NaN'],
  'a symbol': [`Symbol('s')`, 'Error', 'Symbol(s)'],
  'a bigint': ['10n', 'Error', '10'],
  'a function': ['function f() {}', 'Error', 'function f() {}'],
  'an array': ['[1, 2]', 'Error', '1,2'],
  'an object': ['({ b: 1, a: 2 })', 'Error', 'Object captured as exception with keys: a, b'],
  'an object of no class': ['Object.create(null)', 'Error', /no keys/],
  'an object that holds an error': [
    `({ code: 1, error: new RangeError('in') })`,
    'RangeError',
    'in',
  ],
  'a DOMException': [`new DOMException('d', 'DataError')`, 'DataError', 'd'],
  'an error of the platform': [
    `(() => { try { document.querySelector('!'); } catch (error) { return error; } })()`,
    'SyntaxError',
    /./,
  ],
  'an error of another realm': [`new frames[0].RangeError('realm')`, 'RangeError', 'realm'],
  'one that says nothing': [
    `Object.assign(new frames[0].Error(), { stack: '' })`,
    'Error',
    'No error message',
  ],
  'an object that holds one': [
    `({ code: 1, error: new frames[0].RangeError('in') })`,
    'RangeError',
    'in',
  ],
  'an event of a rejection': [
    `(() => { const promise = Promise.reject(1); promise.catch(() => {});
       return new PromiseRejectionEvent('unhandledrejection', { promise, reason: new Error('in') }); })()`,
    'Error',
    'in',
  ],
  'half of a character': [`new Error('x'.repeat(1023) + '\\u{1F600}')`, 'Error', /^x{1023}\ufffd$/],
  'findings of a validation': [
    `Object.assign(new Error('invalid'), { errors: [{ path: 'a' }] })`,
    'Error',
    'invalid',
  ],
  'an event of the page': [
    `new Event('x')`,
    'Event',
    'Event `Event` (type=x) captured as exception',
  ],
  'a frozen error': [`Object.freeze(new Error('f'))`, 'Error', 'f'],
  'an error without a stack': [`Object.assign(new Error('s'), { stack: undefined })`, 'Error', 's'],
  'a stack that is none': [`Object.assign(new Error('s'), { stack: 7 })`, 'Error', 's'],
  'a name that is none': [`Object.assign(new Error('n'), { name: {} })`, '[object Object]', 'n'],
  'a name that cannot be read': [
    `Object.defineProperty(new Error('n'), 'name', { get() { throw new Error('no'); } })`,
    'Error',
    'n',
  ],
  'a message that cannot be read': [
    `Object.defineProperty(new Error('m'), 'message', { get() { throw new Error('no'); } })`,
    'Error',
    'No error message',
  ],
  'a message that is an object': [
    `Object.assign(new Error('m'), { message: { code: 5, toString() { throw new Error('no'); } } })`,
    'Error',
    '{"code":5}',
  ],
  'a huge message': [`new Error('x'.repeat(5e6))`, 'Error', /^x{1024}$/],
  'a huge stack': [
    `Object.assign(new Error('h'), { stack: 'Error: h\\n' + '    at f (http://a/b.js:1:1)\\n'.repeat(1e5) })`,
    'Error',
    'h',
  ],
  'deep recursion': [
    `(() => { try { (function f() { f(); })(); } catch (error) { return error; } })()`,
    /^(RangeError|InternalError)$/,
    /call stack|recursion/,
  ],
  'a cause': [`new Error('out', { cause: new TypeError('in') })`, 'Error', 'out'],
  'a cause that is itself': [
    `(() => { const error = new Error('c'); error.cause = error; return error; })()`,
    'Error',
    'c',
  ],
  'an endless cause': [
    `(() => { class Endless extends Error { get cause() { return new Endless('e'); } }
       return new Endless('e'); })()`,
    'Error',
    'e',
  ],
  'a cause that cannot be read': [
    `Object.defineProperty(new Error('c'), 'cause', { get() { throw new Error('no'); } })`,
    'Error',
    'c',
  ],
  'many errors in one': [
    `new AggregateError(Array.from({ length: 1000 }, (_, i) => new Error('e' + i)), 'all')`,
    'AggregateError',
    'all',
  ],
  'a proxy of an error': [`new Proxy(new Error('p'), {})`, 'Error', 'p'],
  'a proxy of which nothing can be read': [
    `new Proxy({}, new Proxy({}, { get: () => () => { throw new Error('no'); } }))`,
    'Error',
    /no keys/,
  ],
  'a proxy that is revoked': [
    `(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()`,
    'Error',
    /no keys/,
  ],
};

/** Of which a rejection says that they are no errors. */
const primitives = new Set(['a text', 'null', 'undefined', 'a number', 'a symbol', 'a bigint']);
/** What is an object and no error, of which a rejection says so in its type. */
const objects = /^Object captured/;

/** The ways in which a page tells of what it cannot handle. */
const ways: Record<string, [script: (thing: string) => string, mechanism: string]> = {
  captured: [(thing) => `crashed.captureException(${thing})`, 'generic'],
  thrown: [(thing) => `setTimeout(() => { throw ${thing}; })`, 'onerror'],
  rejected: [(thing) => `Promise.reject(${thing})`, 'onunhandledrejection'],
};

const html = `<!doctype html><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,">
<iframe srcdoc=""></iframe><script>window.seen = 0; addEventListener('error', () => seen++);
addEventListener('unhandledrejection', () => seen++);</script>
<script type="module">`;

/** An app that captures a text, in one file with the library, and with short names. */
const bundle = build({
  stdin: {
    contents: `export * from './crashfree.js';
      export { eventsIntegration } from './crashfree.events.js';
      import { captureException, getClient } from './crashfree.js';
      function pay(how) {
        if (how === 'client') getClient().captureException('text');
        else captureException('text');
      }
      export function checkout(how) { pay(how); }`,
    resolveDir: join(root, 'dist'),
  },
  bundle: true,
  minify: true,
  write: false,
  format: 'esm',
});

describe('events of pages', { concurrency: engineNames.length }, () => {
  let counting: Counting;
  before(async () => (counting = await Counting.start()));
  after(() => counting.close());

  for (const name of engineNames) {
    describe(name, { concurrency: 1 }, () => {
      let engine: Engine;
      before(async () => (engine = await launch(name)));
      after(() => engine.close());

      /** Opens a page with a client of these options, whose `fetch` fails while `down` says so. */
      async function visit(
        options: string,
        test: (page: Page, project: string) => Promise<void>,
        files = ['/lib/crashfree.js', '/lib/crashfree.events.js'],
      ): Promise<void> {
        const project = counting.newProject();
        const start = `import * as crashed from '${files[0]}';
          import { eventsIntegration } from '${files[1]}';
          window.crashed = crashed;
          crashed.init({ dsn: '${counting.dsn(project)}', release: 'shop@1.0.0', noise: false,
            fetch: (...call) => localStorage.down ? Promise.reject(new TypeError()) : fetch(...call),
            ${options} });`;
        const site = await Site.serve(async (path) => {
          if (path === '/shop.js') return { body: (await bundle).outputFiles[0]!.text };
          if (!path.startsWith('/lib/')) return { body: `${html}${start}</script>` };
          return { body: await readFile(join(root, 'dist', path.slice('/lib/'.length))) };
        });
        const page = await engine.newPage();
        try {
          await page.goto(`${site.origin}/`);
          await page.waitFor('window.crashed');
          await test(page, project);
        } finally {
          await page.close();
          await site.close();
        }
      }
      const arrived = async (project: string, count: number): Promise<ErrorEvent[]> => {
        const enough = async () => (await counting.events(project)).length >= count;
        await until(`${count} events`, enough);
        const all = await counting.events(project);
        assert.equal(all.length, count);
        for (const { bytes } of all) assert.ok(bytes <= EVENT_MAX, `${bytes} bytes`);
        return all.map(({ event }) => event);
      };

      for (const [way, [script, mechanism]] of Object.entries(ways)) {
        it(`of everything that can be ${way}, in ${name}`, async () => {
          await visit(
            `integrations: [eventsIntegration({ maxEventsPerMinute: 0 })]`,
            async (page, project) => {
              await counting.until(project, 'the page load', ({ all }) => all === 1);
              let count = 0;
              for (const [what, [thing, type, value]] of Object.entries(things)) {
                /* In one session two that say the same are one. */
                await page.run(`crashed.startSession(); ${script(thing)}`);
                const last = (await arrived(project, ++count)).at(-1)!;
                const thrown = last.exception.values.at(-1)!;
                const said = `${what}: ${thrown.type}, ${thrown.value.slice(0, 100)}`;
                if (way === 'rejected' && primitives.has(what)) {
                  assert.equal(thrown.type, 'UnhandledRejection', said);
                  assert.ok(thrown.value.endsWith(`with value: ${String(value)}`), said);
                } else {
                  const text = thrown.value.replace('promise rejection', 'exception');
                  if (way === 'rejected' && objects.test(text)) {
                    assert.equal(thrown.type, 'UnhandledRejection', said);
                  } else if (typeof type === 'string') assert.equal(thrown.type, type, said);
                  else assert.match(thrown.type, type, said);
                  if (typeof value === 'string') assert.equal(text, value, said);
                  else assert.match(text, value, said);
                }
                assert.ok(thrown.mechanism.type.endsWith(mechanism), `${what}: ${mechanism}`);
                assert.ok(last.exception.values.length <= 6, what);
              }
              const seen = way === 'captured' ? 0 : count;
              assert.equal(await page.evaluate('seen'), seen, 'errors that the page saw');
            },
          );
        });
      }

      it(`of a text that says where the page captured it, in ${name}`, async () => {
        await visit(`integrations: [eventsIntegration()]`, async (page, project) => {
          await counting.until(project, 'the page load', ({ all }) => all === 1);
          await page.run(`window.pay = function pay() { crashed.captureException('text'); };
            document.head.append(Object.assign(document.createElement('script'), {
              textContent: 'function checkout() { pay(); } checkout();' }))`);
          const [event] = await arrived(project, 1);
          const { frames = [] } = event!.exception.values[0]!.stacktrace ?? {};
          const calls = frames.map((frame) => frame.function);
          assert.deepEqual(calls.slice(-2), ['checkout', 'pay'], JSON.stringify(frames));
        });
      });

      for (const how of ['package', 'client']) {
        it(`of a text that a bundle captures by the ${how} without the calls of ours, in ${name}`, async () => {
          const test = async (page: Page, project: string) => {
            await counting.until(project, 'the page load', ({ all }) => all === 1);
            await page.run(`window.pay = function pay() { crashed.checkout('${how}'); };
              document.head.append(Object.assign(document.createElement('script'), {
                textContent: 'pay();' }))`);
            const [event] = await arrived(project, 1);
            const { frames = [] } = event!.exception.values[0]!.stacktrace ?? {};
            const inBundle = frames.filter(({ filename }) => filename?.endsWith('/shop.js'));
            /* WebKit does not tell the name of a method that is computed. */
            const ours = name === 'webkit' && how === 'client' ? 1 : 0;
            assert.equal(inBundle.length, 2 + ours, JSON.stringify(frames));
          };
          await visit(`integrations: [eventsIntegration()]`, test, ['/shop.js', '/shop.js']);
        });
      }

      it(`of what the window was told without an error, in ${name}`, async () => {
        await visit(`integrations: [eventsIntegration()]`, async (page, project) => {
          await counting.until(project, 'the page load', ({ all }) => all === 1);
          await page.run(`dispatchEvent(new ErrorEvent('error',
            { message: 'told', filename: 'https://cdn.example/a.js', lineno: 7, colno: 3 }))`);
          const [event] = await arrived(project, 1);
          const { type, value, stacktrace } = event!.exception.values[0]!;
          assert.deepEqual([type, value], ['Error', 'told']);
          assert.equal(stacktrace!.frames[0]!.lineno, 7);
        });
      });

      it(`of a cause of another realm, in ${name}`, async () => {
        await visit(`integrations: [eventsIntegration()]`, async (page, project) => {
          await counting.until(project, 'the page load', ({ all }) => all === 1);
          await page.run(`const cause = new frames[0].TypeError('far');
            crashed.captureException(new Error('out', { cause }))`);
          const [event] = await arrived(project, 1);
          const values = event!.exception.values.map(({ value }) => value);
          assert.deepEqual(values, ['far', 'out']);
        });
      });

      it(`of a page without sessions, by its own function, in ${name}`, async () => {
        const own = `(url, init) => fetch(url + '&own=1', init)`;
        await visit(
          `lifecycle: 'manual', fetch: ${own}, integrations: [eventsIntegration()]`,
          async (page, project) => {
            await page.run(`crashed.captureException(new Error('manual'))`);
            const [event] = await arrived(project, 1);
            assert.equal(event!.release, 'shop@1.0.0');
            assert.equal(event!.environment, 'production');
            assert.equal(event!.tags, undefined);
          },
        );
      });

      for (const end of ['flush', 'close']) {
        it(`that wait, all of them before a client has done what ${end} asks, in ${name}`, async () => {
          await visit(`integrations: [eventsIntegration()]`, async (page, project) => {
            await counting.until(project, 'the page load', ({ all }) => all === 1);
            await page.evaluate(`(async () => {
              for (const text of ['a', 'b', 'c']) crashed.captureException(new Error(text));
              return crashed.${end}(60000);
            })()`);
            assert.equal((await counting.events(project)).length, 3);
          });
        });
      }

      it(`of a client that was closed before anybody agreed, which are none, in ${name}`, async () => {
        await visit(
          `consent: 'pending', integrations: [eventsIntegration()]`,
          async (page, project) => {
            await page.evaluate(`(async () => {
              crashed.captureException(new Error('a'));
              return crashed.close(60000);
            })()`);
            await page.run(
              `crashed.init({ dsn: '${counting.dsn(project)}', release: 'shop@2.0.0' })`,
            );
            await counting.until(project, 'the second client', ({ all }) => all === 1);
            assert.deepEqual(await counting.events(project), []);
          },
        );
      });

      it(`that wait as the page is left, in ${name}`, async () => {
        await visit(`integrations: [eventsIntegration()]`, async (page, project) => {
          await counting.until(project, 'the page load', ({ all }) => all === 1);
          await page.leave(`for (const text of ['a', 'b', 'c']) crashed.captureException(new Error(text));
            location.href = '/other'`);
          const values = (await arrived(project, 3)).map(
            ({ exception }) => exception.values[0]!.value,
          );
          assert.deepEqual(values.sort(), ['a', 'b', 'c']);
        });
      });

      it(`that a firewall refuses: the session arrives without them, in ${name}`, async () => {
        const wall = `(url, init) => init.body.includes('"type":"event"')
          ? Promise.resolve(new Response('', { status: 403 })) : fetch(url, init)`;
        await visit(
          `fetch: ${wall}, integrations: [eventsIntegration()]`,
          async (page, project) => {
            await counting.until(project, 'the page load', ({ all }) => all === 1);
            await page.run(`setTimeout(() => { throw new Error('<script>'); })`);
            await counting.until(project, 'the crash', ({ crashed }) => crashed === 1);
            await page.evaluate('crashed.close(60000)');
            assert.deepEqual(await counting.events(project), []);
          },
        );
      });

      it(`of the script tag: errors until the file is there, in ${name}`, async () => {
        const project = counting.newProject();
        let send = () => {};
        const asked = new Promise<void>((resolve) => (send = resolve));
        const page = await engine.newPage();
        const site = await Site.serve(async (path) => {
          const file = path.slice('/lib/'.length);
          /* The file comes once the page has gone on. */
          if (file === 'crashfree.events.js') await asked;
          if (path.startsWith('/lib/')) return { body: await readFile(join(root, 'dist', file)) };
          return {
            body: `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
              <script src="/lib/crashfree.min.js" data-dsn="${counting.dsn(project)}"
                data-release="shop@1.0.0" data-events></script>`,
          };
        });
        try {
          await page.goto(`${site.origin}/first`);
          await page.run(`for (let i = 0; i < 30; i++) crashfree.captureException(new Error('early ' + i));
            window.sid = crashfree.getSession().sid; window.at = Date.now();
            crashfree.setUser({ id: 'late' }); history.pushState(null, '', '/second');`);
          await counting.until(project, 'the second route', ({ all }) => all >= 2);
          send();
          const events = await arrived(project, 20);
          const { sid, at } = await page.evaluate<{ sid: string; at: number }>('({ sid, at })');
          for (const { tags, user, request, timestamp } of events) {
            assert.equal(tags!['session.id'], sid);
            assert.equal(user, undefined);
            assert.equal(new URL(request!.url).pathname, '/first');
            assert.ok(timestamp * 1000 <= at);
          }
          const lost = await counting.losses(project);
          assert.deepEqual(lost, { 'error/queue_overflow': 10 });
        } finally {
          send();
          await page.close();
          await site.close();
        }
      });

      it(`of the script tag whose file does not come: they are counted, in ${name}`, async () => {
        const project = counting.newProject();
        const page = await engine.newPage();
        const site = await Site.serve(async (path) => {
          if (path === '/lib/crashfree.events.js') return { status: 404, body: '' };
          if (path.startsWith('/lib/'))
            return { body: await readFile(join(root, 'dist', path.slice(5))) };
          return {
            body: `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
              <script src="/lib/crashfree.min.js" data-dsn="${counting.dsn(project)}"
                data-release="shop@1.0.0" data-events></script>`,
          };
        });
        try {
          await page.goto(`${site.origin}/`);
          await page.run(
            `for (let i = 0; i < 30; i++) crashfree.captureException(new Error('early ' + i))`,
          );
          await page.waitFor('crashfree.getClient().counts.missed_events === 30');
          await page.run(`crashfree.captureException(new Error('late'))`);
          await page.waitFor('crashfree.getClient().counts.missed_events === 31');
          await counting.until(project, 'the session', ({ errored }) => errored === 1);
        } finally {
          await page.close();
          await site.close();
        }
      });

      it(`that could not be delivered, by the next visit, in ${name}`, async () => {
        await visit(
          `storage: 'local', integrations: [eventsIntegration()]`,
          async (page, project) => {
            await counting.until(project, 'the page load', ({ all }) => all === 1);
            const key = `Object.keys(localStorage).find((key) => key.startsWith('crashfree:events'))`;
            await page.run(`localStorage.down = 1;
              setTimeout(() => { throw new Error('kept'); })`);
            await page.waitFor(key);
            await page.leave(`localStorage.removeItem('down'); location.reload()`);
            const [event] = await arrived(project, 1);
            assert.equal(event!.exception.values[0]!.value, 'kept');
            await page.waitFor(`!${key}`);
            await page.reload();
            await counting.until(project, 'the third visit', ({ all }) => all === 3);
            await arrived(project, 1);
          },
        );
      });

      it(`changed and dropped by beforeSendEvent, in ${name}`, async () => {
        await visit(
          `integrations: [eventsIntegration({ sendDefaultPii: true, beforeSendEvent(event) {
             const [{ value }] = event.exception.values;
             if (value === 'drop') return null;
             event.tags.seen = value;
             return event;
           } })]`,
          async (page, project) => {
            await counting.until(project, 'the page load', ({ all }) => all === 1);
            await page.run(`crashed.captureException(new Error('drop'));
              crashed.captureException(new Error('keep'))`);
            const [event] = await arrived(project, 1);
            assert.equal(event!.tags!.seen, 'keep');
            assert.equal(event!.sdk.settings.infer_ip, 'auto');
            assert.equal(event!.request!.url, await page.evaluate('location.href'));
          },
        );
      });
    });
  }
});
