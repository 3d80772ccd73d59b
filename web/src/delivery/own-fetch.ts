/**
 * The browser's own `fetch`. A page may have put a function in its place that adds headers, credentials
 * or copies, or makes something else of the answer; none of that is for our requests.
 */
import type { Fetch } from './http';

/** What a function of the browser looks like as text, in every engine; proxies have no name there. */
const NATIVE = /^function (\w*)\s*\(\) \{\s*\[native code\]\s*\}$/;

/** The name under which a function of the browser is shown; undefined for other functions. */
function nativeName(value: unknown): string | undefined {
  try {
    /* With `Reflect.apply`, as somebody may have replaced `call`, too. */
    return NATIVE.exec(Reflect.apply(Function.prototype.toString, value, []))?.[1];
  } catch {
    return undefined;
  }
}

const isFunction = (value: unknown): value is Fetch => typeof value === 'function';

/** Whether functions are shown as they are: not everyone as native, and the one that shows them, too. */
const isShownTruly = () =>
  nativeName(Function.prototype.toString) === 'toString' && nativeName(nativeName) === undefined;

/** Whether a function is the browser's `fetch`, without properties by which others mark what they wrap. */
export const isNativeFetch = (value: unknown): value is Fetch =>
  isFunction(value) &&
  nativeName(value) === 'fetch' &&
  value.name === 'fetch' &&
  Object.getOwnPropertyNames(value).length === 2 &&
  isShownTruly();

/** Whether a function may be a proxy of the browser's `fetch`; one that is bound has another name. */
const isProxy = (value: Fetch) =>
  nativeName(value) !== undefined && value.name === 'fetch' && isShownTruly();

/**
 * Takes `fetch` from a frame that nobody has seen. It works without the frame, which is gone before this
 * returns: called on this window the function makes this window's requests.
 */
function fetchOfFrame(): Fetch | undefined {
  try {
    /* A document without an origin cannot look into its frames, and trying is reported on the console. */
    if (origin === 'null') return undefined;
    const page = window;
    const frame = document.createElement('iframe');
    document.documentElement.append(frame);
    const found = (frame.contentWindow as (Window & { fetch?: Fetch }) | null)?.fetch;
    frame.remove();
    return isFunction(found) ? (...call) => Reflect.apply(found, page, call) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Requests through a proxy, which mostly wants to see them: it may as long as it hands on what it was
 * given. A copy of that does not reach the network, as its method is none, and `clean` makes the request,
 * as it does where the proxy refuses to.
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
    const instead = (error: unknown) => {
      if (isTaken) throw error;
      return clean(url, init);
    };
    const answer = Promise.resolve(proxy(url, seen));
    if (isTaken || !isCopied) return answer.catch(instead);
    /* At once, as the page may be ending. */
    answer.catch(() => {});
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
