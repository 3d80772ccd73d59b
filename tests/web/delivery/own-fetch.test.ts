import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findFetch, isNativeFetch } from '../../../web/src/delivery/own-fetch.js';

/** Node's `fetch` is written in JavaScript; this is shown as a browser's is. */
const asBrowsers = (name: string): ((...call: never[]) => unknown) => {
  const made = Object.defineProperty(() => Promise.resolve('native'), 'name', { value: name });
  shown.set(made, `function ${name}() { [native code] }`);
  return made as never;
};
const shown = new WeakMap<object, string>();
const { toString } = Function.prototype;

/** Has functions shown as a browser would show them, while something is done. */
function inBrowser<Result>(act: () => Result, show?: (this: object) => string): Result {
  const replaced = Object.defineProperty(
    show ??
      function (this: object) {
        return shown.get(this) ?? Reflect.apply(toString, this, []);
      },
    'name',
    { value: 'toString' },
  );
  if (!show) shown.set(replaced, 'function toString() { [native code] }');
  Function.prototype.toString = replaced;
  try {
    return act();
  } finally {
    Function.prototype.toString = toString;
  }
}

/** A page whose frames have the browser's `fetch`; it counts them. */
function page(origin = 'https://shop.example'): { frames: number; globals: object } {
  const made = { frames: 0, globals: {} };
  made.globals = {
    origin,
    window: globalThis,
    document: {
      createElement: () => {
        made.frames++;
        return { contentWindow: { fetch: asBrowsers('fetch') }, remove() {} };
      },
      documentElement: { append() {} },
    },
  };
  return made;
}

function withGlobals<Result>(globals: object, act: () => Result): Result {
  const names = Object.keys(globals);
  const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  for (const [name, value] of Object.entries(globals)) {
    /* What a document can do is in its prototype. */
    const given: unknown = name === 'document' ? Object.create(value as object) : value;
    Object.defineProperty(globalThis, name, { value: given, configurable: true });
  }
  try {
    return act();
  } finally {
    names.forEach((name, index) => {
      const descriptor = before[index];
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    });
  }
}

const patches: Record<string, (own: never) => unknown> = {
  'an arrow function': (own: typeof fetch) => (url: string, init: object) => own(url, init),
  'a function of that name': (own: typeof fetch) =>
    function fetch(url: string, init: object) {
      return own(url, init);
    },
  'an async method of that name': (own: typeof fetch) =>
    ({
      async fetch(url: string, init: object) {
        return own(url, init);
      },
    }).fetch,
  'a proxy': (own: object) => new Proxy(own, {}),
  'a bound function': (own: typeof fetch) => own.bind(globalThis),
  nothing: () => undefined,
  null: () => null,
  'no function': () => ({}),
};

describe('isNativeFetch', () => {
  it('knows the browser’s own', () => {
    inBrowser(() => assert.equal(isNativeFetch(asBrowsers('fetch')), true));
  });
  for (const [name, patch] of Object.entries(patches)) {
    it(`knows that ${name} is not`, () => {
      inBrowser(() => assert.equal(isNativeFetch(patch(asBrowsers('fetch') as never)), false));
    });
  }
  it('is not taken in by functions that are shown as the one they replace', () => {
    const own = asBrowsers('fetch');
    const patched = Object.defineProperty((() => own()) as typeof own, 'name', { value: 'fetch' });
    const disguised = function (this: unknown): string {
      return Reflect.apply(toString, this === patched ? own : this, []) as string;
    };
    inBrowser(() => assert.equal(isNativeFetch(patched), false), disguised);
    const blind = (): string => 'function fetch() { [native code] }';
    inBrowser(() => assert.equal(isNativeFetch(patched), false), blind);
    inBrowser(
      () => assert.equal(isNativeFetch(patched), false),
      () => {
        throw new Error('replaced');
      },
    );
    /* As zone.js and Sentry mark what they wrap. */
    shown.set(patched, 'function fetch() { [native code] }');
    Object.assign(patched, { __original__: own });
    inBrowser(() => assert.equal(isNativeFetch(patched), false));
  });
});

describe('findFetch', () => {
  it('asks no frame where fetch is the browser’s own', () => {
    const { globals, ...made } = page();
    inBrowser(() => {
      const own = asBrowsers('fetch');
      assert.equal(
        withGlobals(globals, () => findFetch(own)),
        own,
      );
    });
    assert.equal(made.frames, 0);
  });

  it('asks one frame where it is not', async () => {
    const made = page();
    const found = inBrowser(() =>
      withGlobals(made.globals, () => findFetch(() => Promise.resolve('patched'))!),
    );
    assert.deepEqual([await found('', {}), await found('', {})], ['native', 'native']);
    assert.equal(made.frames, 1);
  });

  describe('hands the requests of a page to a proxy of the browser’s', () => {
    /** What the browser's `fetch` was asked for, by whom, and what came of it. */
    function through(apply: (real: typeof fetch, url: string, init: RequestInit) => unknown): {
      send(): Promise<unknown>;
      asked: string[];
    } {
      const asked: string[] = [];
      const browsers = (who: string) =>
        Object.defineProperty(
          (_: string, init: RequestInit) => {
            /* A browser reads them in the order of their names. */
            const { credentials, headers, integrity, keepalive, method } = init;
            assert.equal(integrity, undefined);
            if (method !== 'POST') return Promise.reject(new TypeError(`no method: ${method}`));
            asked.push([who, headers, credentials, keepalive].join());
            return Promise.resolve('answer');
          },
          'name',
          { value: 'fetch' },
        ) as unknown as typeof fetch;
      const proxy = new Proxy(browsers('page'), {
        apply: (real, _, [url, init]: [string, RequestInit]) => apply(real, url, init),
      });
      shown.set(proxy, 'function () { [native code] }');
      const { globals } = page();
      const found = inBrowser(() =>
        withGlobals(
          {
            ...globals,
            document: {
              documentElement: { append() {} },
              createElement: () => ({ contentWindow: { fetch: browsers('frame') }, remove() {} }),
            },
          },
          () => findFetch(proxy)!,
        ),
      );
      const init = { method: 'POST', credentials: 'omit', keepalive: true } as const;
      return { send: () => found('', init), asked };
    }
    const add = { headers: 'token' as never };

    for (const [name, apply, wanted] of [
      ['that only watches', (real, url, init) => real(url, init), 'page,,omit,true'],
      ['that copies', (real, url, init) => real(url, { ...init, ...add }), 'frame,,omit,true'],
      [
        'that copies later',
        async (real, url, init) => {
          await Promise.resolve();
          return real(url, Object.assign({}, init, add));
        },
        'frame,,omit,true',
      ],
      ['that answers by itself', () => Promise.resolve('made up'), 'frame,,omit,true'],
      [
        'that hands on later',
        async (real, url, init) => {
          await Promise.resolve();
          return real(url, init);
        },
        'page,,omit,true',
      ],
      [
        'that changes what it is given',
        (real, url, init) => real(url, Object.assign(init, { credentials: 'include' }, add)),
        'page,,omit,true',
      ],
      [
        'that notes copies of what it handed on',
        (real, url, init) => {
          const answer = real(url, init);
          JSON.stringify([{ ...init }, init.method]);
          return answer;
        },
        'page,,omit,true',
      ],
      [
        'that sends twice, once as it should',
        (real, url, init) => {
          const answer = real(url, init);
          void real(url, { ...init }).catch(() => {});
          return answer;
        },
        'page,,omit,true',
      ],
      [
        'that throws',
        () => {
          throw new Error('no');
        },
        'frame,,omit,true',
      ],
      ['that refuses', () => Promise.reject(new Error('no')), 'frame,,omit,true'],
      [
        'that looks, and refuses later',
        async (_, __, init) => {
          await Promise.resolve(init.method);
          throw new Error('no');
        },
        'frame,,omit,true',
      ],
      [
        'that copies, and tries again and again',
        (real, url, init) => {
          for (let count = 0; count < 9; count++) real(url, { ...init }).catch(() => {});
          return real(url, { ...init });
        },
        'frame,,omit,true',
      ],
    ] as [string, Parameters<typeof through>[0], string][]) {
      it(name, async () => {
        const { send, asked } = through(apply);
        assert.equal(await send(), 'answer');
        assert.deepEqual(asked, [wanted]);
      });
    }

    it('that makes an error of the answer, which stays one', async () => {
      const { send, asked } = through(async (real, url, init) => {
        await real(url, init);
        throw new Error('rejects after success');
      });
      await assert.rejects(send(), /rejects after success/);
      assert.equal(asked.length, 1);
    });
  });

  it('finds one where the page has none, or says that there is none', () => {
    const made = page();
    withGlobals(made.globals, () => assert.equal(typeof findFetch(undefined), 'function'));
    const opaque = page('null');
    withGlobals(opaque.globals, () => assert.equal(findFetch(undefined), undefined));
    assert.deepEqual([made.frames, opaque.frames], [1, 0]);
  });

  it('takes what the page has where no frame can be asked', async () => {
    const patched = (): Promise<unknown> => Promise.resolve('patched');
    const broken = [
      page('null').globals,
      { ...page().globals, document: { createElement: undefined } },
      { ...page().globals, document: { createElement: () => ({ contentWindow: null }) } },
      {
        ...page().globals,
        document: {
          createElement: () => ({ contentWindow: {}, remove() {} }),
          documentElement: { append() {} },
        },
      },
    ];
    for (const globals of broken) {
      const answer = withGlobals(globals, () => findFetch(patched)!('', {}));
      assert.equal(await (answer as Promise<unknown>), 'patched');
    }
  });
});
