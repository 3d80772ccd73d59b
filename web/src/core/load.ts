import { loadNowasm } from 'crashfree:files';
import { code } from 'crashfree:wasm';
import type { Exports, Imports } from './boundary';
import { nothing } from '../options/defaults';
import { unpack } from './unpack';

export { texts, textsAt } from 'crashfree:wasm';

/** Whether the browser has no WebAssembly for us; it is asked once, as it may report each attempt. */
let refused = false;

/**
 * Compiles and starts the module, at once where the browser allows it: then no error, and no visit,
 * is too short. Old versions of Chromium refuse more than 4 KiB on the main thread and take a promise.
 * Where WebAssembly is missing or forbidden, the same core comes as JavaScript.
 */
export async function instantiate(
  imports: Imports,
  ready: (exports: Exports) => void,
): Promise<void> {
  const bytes = unpack(code);
  let instance: { exports: unknown } | undefined;
  try {
    if (!refused) instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
  } catch (error) {
    if (error instanceof RangeError) {
      instance = await WebAssembly.instantiate(bytes, imports).then(
        (made) => made.instance,
        nothing,
      );
    }
  }
  refused = !instance;
  ready(instance ? (instance.exports as Exports) : (await loadNowasm()).instantiate(imports));
}
