import { loadNowasm } from 'crashfree:files';
import { code } from 'crashfree:wasm';
import type { Exports, Imports } from './boundary';
import { nothing } from '../options/defaults';
import { unpack } from './unpack';

export { texts, textsAt } from 'crashfree:wasm';

/** The module as text, until it is compiled: once for all clients, as a browser may report each attempt. */
let packed = code;
/** Nothing where the browser has no WebAssembly for us. */
let compiled: WebAssembly.Module | Promise<WebAssembly.Module | undefined> | undefined;

/** Old versions of Chromium refuse more than 4 KiB on the main thread and take a promise. */
function compile(): typeof compiled {
  const bytes = unpack(packed);
  packed = '';
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    return error instanceof RangeError ? WebAssembly.compile(bytes).catch(nothing) : undefined;
  }
}

/**
 * Compiles and starts the module, at once where the browser allows it: then no error, and no visit,
 * is too short. Where WebAssembly is missing or forbidden, the same core comes as JavaScript.
 */
export async function instantiate(
  imports: Imports,
  ready: (exports: Exports) => void,
): Promise<void> {
  if (packed) compiled = compile();
  let exports: unknown;
  try {
    if (compiled) {
      exports = (
        compiled instanceof WebAssembly.Module
          ? new WebAssembly.Instance(compiled, imports)
          : await WebAssembly.instantiate((await compiled)!, imports)
      ).exports;
    }
  } catch {
    /* No memory for it, or a module that did not come about. */
  }
  ready((exports ?? (await loadNowasm()).instantiate(imports)) as Exports);
}
