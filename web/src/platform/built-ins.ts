/**
 * What the language brings along, as it is when the script comes. The build has every bundle take these names
 * from here (`web/build/steps/scripts.ts`): where a script of the page's own declares `class Map` or
 * `const URL` at its top, the name means that for all scripts, but not in the window. What the browser brings
 * along is asked of the window for the same reason.
 */
import { ofDocument } from './document';
import { fromFrame } from './clean-frame';

/** Whether this is built for a file that makes clients: adapters and the like are too small for a search. */
declare const __CRASHFREE_CLIENT__: boolean;

type Names = typeof globalThis;
type Name = keyof Names & string;

const own = globalThis;
/* These two come first, as the functions below need them. */
export const Object = own.Object;
export const Reflect = own.Reflect;

function findWindow(): unknown {
  try {
    return ofDocument('defaultView') ?? own;
  } catch {
    return own;
  }
}

/**
 * The window of the document. Micro frontends run scripts with a proxy in its place, which can neither have
 * listeners nor make requests.
 */
export const window = /* @__PURE__ */ findWindow() as Window & Names;

/** What pages have things of their own in the place of, and nothing can be done without. */
const NAMES: Name[] = ['Map', 'Proxy', 'Set', 'Symbol', 'Uint8Array', 'WeakMap', 'WeakSet'];

/** Whether a page has replaced what has this name, such as by `function Map() {}`. */
const isReplaced = (name: Name) =>
  !(Reflect.apply(own.Function.prototype.toString, own[name], []) as string).includes(
    'native code',
  );

/** The names of the window, but for those that a page has replaced: these are taken from a frame. */
function findNames(): Names {
  try {
    const replaced = NAMES.filter(isReplaced);
    if (!replaced.length) return own;
    const found = fromFrame((names) => replaced.map((name) => [name, names[name]]));
    return { __proto__: own, ...Object.fromEntries(found ?? []) } as Names;
  } catch {
    return own;
  }
}

const all = __CRASHFREE_CLIENT__ ? findNames() : own;

export const Array = all.Array;
export const Date = all.Date;
export const JSON = all.JSON;
export const Map = all.Map;
export const Math = all.Math;
export const Proxy = all.Proxy;
export const Set = all.Set;
export const Symbol = all.Symbol;
export const TextDecoder = all.TextDecoder;
export const TextEncoder = all.TextEncoder;
export const URL = all.URL;
export const Uint8Array = all.Uint8Array;
export const WeakMap = all.WeakMap;
export const WeakSet = all.WeakSet;
