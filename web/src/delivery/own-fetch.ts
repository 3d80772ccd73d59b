/**
 * The browser's own `fetch`. A page may have put a function in its place that adds headers, credentials
 * or copies, or makes something else of the answer; none of that is for our requests.
 */
import { attempt } from '../platform/attempt';
import { fromFrame } from '../platform/clean-frame';
import type { Fetch } from './http';

const isFunction = (value: unknown): value is Fetch => typeof value === 'function';

/** How an engine shows a function. With `Reflect.apply`, as somebody may have replaced `call`, too. */
const shown = (value: unknown) =>
  attempt(() => Reflect.apply(Function.prototype.toString, value as Fetch, []) as string);

/** Whether a function is shown as one of the browser's of that name; most engines show none for proxies. */
function isShownAs(name: string, value: unknown): boolean {
  return shown(value) === shown(Reflect.apply)?.replace('apply', name);
}

/** Whether a function named `fetch` is shown so, by a `toString` that does not show everyone as native. */
const isNativeAs = (name: string, value: unknown): value is Fetch =>
  isFunction(value) &&
  value.name === 'fetch' &&
  isShownAs(name, value) &&
  isShownAs('toString', Function.prototype.toString) &&
  !isShownAs(isShownAs.name, isShownAs);

/** Whether a function is the browser's `fetch`, without properties by which others mark what they wrap. */
export const isNativeFetch = (value: unknown): value is Fetch =>
  isNativeAs('fetch', value) && Object.getOwnPropertyNames(value).length === 2;

/**
 * Whether a function may be a proxy of the browser's `fetch`; one that is bound has another name. WebKit
 * shows the name of its own class.
 */
const isProxy = (value: Fetch) => isNativeAs('', value) || isNativeAs('ProxyObject', value);

/** The `fetch` of a frame: called on this window the function makes this window's requests. */
function fetchOfFrame(): Fetch | undefined {
  const page = window;
  const found = fromFrame(({ fetch }) => fetch);
  return isFunction(found) ? (...call) => Reflect.apply(found, page, call) : undefined;
}

/**
 * Requests through a proxy, which mostly wants to see them: it may as long as it hands on what it was
 * given. A copy of that does not reach the network, as its method is none, and `clean` makes the request,
 * as it does where the proxy refuses to, or answers by itself.
 */
const through =
  (proxy: Fetch, clean: Fetch): Fetch =>
  async (url, init) => {
    let isCopied = false;
    let isTaken = false;
    const seen = new Proxy(init, {
      ownKeys(target) {
        isCopied = true;
        return Reflect.ownKeys(target);
      },
      get(target, name) {
        /* The browser reads all that a request may have, and nobody else asks for this. */
        if (name === 'integrity' && !isCopied) isTaken = true;
        return name === 'method' && isCopied ? 'CONNECT' : (Reflect.get(target, name) as unknown);
      },
      set: () => true,
    });
    try {
      const answer = Promise.resolve(proxy(url, seen));
      /* A copy is not waited for, as the page may be ending. */
      if (isCopied && !isTaken) answer.catch(() => {});
      else {
        const given = await answer;
        if (isTaken) return given;
      }
    } catch (error) {
      if (isTaken) throw error;
    }
    return clean(url, init);
  };

/** The browser's `fetch`, for a page whose own is `own`. */
export const browserFetch = (own: unknown): Fetch | undefined =>
  isNativeFetch(own) ? own : fetchOfFrame();

/**
 * The function that sends, for a page whose own is `own`. Where that was replaced a frame is asked, at
 * once: a window that is being closed has no frames any more. Where no frame can be asked, `own` is
 * better than nothing.
 */
export function findFetch(own: unknown): Fetch | undefined {
  const clean = browserFetch(own);
  if (!isFunction(own) || own === clean) return clean;
  if (!clean) return own;
  return isProxy(own) ? through(own, clean) : clean;
}
