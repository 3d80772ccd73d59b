/** What delivery does where something is in doubt: a cut, a redirect, a page that shows functions falsely. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Answer, FetchMode } from '../../../web/src/abi.js';
import { isForeign } from '../../../web/src/delivery/answer.js';
import { createTransport } from '../../../web/src/delivery/http.js';
import { findFetch, isNativeFetch } from '../../../web/src/delivery/own-fetch.js';
import { settled } from '../fakes/clock.js';

const ASKED = 'https://o1.ingest.example/api/42/envelope/?sentry_key=k';
const never = (): Promise<never> => new Promise(() => {});

describe('a request that fails', () => {
  it('is told of only after what the end of a page would cut', async () => {
    const answers: unknown[] = [];
    let go = (): void => {};
    const wait = new Promise<void>((resolve) => (go = resolve));
    const fail = (): Promise<Response> => Promise.reject(new TypeError('Failed to fetch'));
    const transport = createTransport(
      fail,
      () => undefined,
      () => wait,
    );
    transport._send(ASKED, 'x', FetchMode.NORMAL, (status) => answers.push(status), 1);
    await settled();
    assert.deepEqual(answers, []);
    go();
    await settled();
    assert.deepEqual(answers, [Answer.NONE]);
  });
});

describe('an answer from elsewhere', () => {
  const from = (url: string, status: number, text: string): Response =>
    Object.defineProperty(new Response(text, { status }), 'url', { value: url });

  it('is a server’s where that has such an endpoint', async () => {
    const other = 'https://o2.ingest.example/relay/api/7/envelope/';
    assert.equal(await isForeign(from(other, 400, 'no'), ASKED, never), false);
    assert.equal(await isForeign(from(other, 200, 'ok'), ASKED, never), false);
  });

  it('is somebody else’s where that has none', async () => {
    const other = 'https://login.example/';
    assert.equal(await isForeign(from(other, 400, 'no'), ASKED, never), true);
    assert.equal(await isForeign(from(other, 200, 'ok'), ASKED, never), true);
  });
});

describe('a page that shows every function as the browser’s', () => {
  const { toString } = Function.prototype;
  it('is not believed', () => {
    const fetch = Object.defineProperty(() => {}, 'name', { value: 'fetch' });
    const show = function (this: { name: string }): string {
      return `function ${this.name}() { [native code] }`;
    };
    Function.prototype.toString = Object.defineProperty(show, 'name', { value: 'toString' });
    try {
      assert.equal(isNativeFetch(fetch), false);
    } finally {
      Function.prototype.toString = toString;
    }
  });
});

describe('the frame that is asked for the browser’s function', () => {
  it('is gone before anybody can see it', () => {
    const inPage = new Set<object>();
    const globals = {
      origin: 'https://shop.example',
      window: globalThis,
      document: Object.create({
        createElement: () => {
          const frame = {
            contentWindow: { fetch: () => Promise.resolve() },
            remove: () => inPage.delete(frame),
          };
          return frame;
        },
        documentElement: { append: (frame: object) => inPage.add(frame) },
      }) as unknown,
    };
    for (const [name, value] of Object.entries(globals)) {
      Object.defineProperty(globalThis, name, { value, configurable: true });
    }
    try {
      assert.equal(typeof findFetch(undefined), 'function');
    } finally {
      for (const name of Object.keys(globals)) Reflect.deleteProperty(globalThis, name);
    }
    assert.equal(inPage.size, 0);
  });
});
