/**
 * What the language brings along, as it is when the script comes. The build has every bundle take these names
 * from here (`web/build/steps/scripts.ts`): where a script of the page's own declares `class Map` or
 * `const URL` at its top, the name means that for all scripts, but not in the window. What the browser brings
 * along is asked of the window for the same reason.
 */
import { ofDocument } from './document';

const all = globalThis;

export const Map = all.Map;
export const Object = all.Object;
export const Proxy = all.Proxy;
export const Reflect = all.Reflect;
export const Set = all.Set;
export const Symbol = all.Symbol;
export const URL = all.URL;

function findWindow(): unknown {
  try {
    return ofDocument('defaultView') ?? all;
  } catch {
    return all;
  }
}

/**
 * The window of the document. Micro frontends run scripts with a proxy in its place, which can neither have
 * listeners nor make requests.
 */
export const window = /* @__PURE__ */ findWindow() as Window & typeof globalThis;
