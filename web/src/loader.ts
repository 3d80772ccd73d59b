import { load } from 'crashfree:nowasm';
import { wasm } from 'crashfree:wasm';
import type { Exports } from './core';
import { unpack } from './unpack';

/** Whether the browser has no WebAssembly for us; it is asked once, as it may report each attempt. */
let refused = false;

/**
 * Compiles and starts the module, at once where the browser allows it: then no error, and no visit,
 * is too short. Old versions of Chromium refuse more than 4 KiB on the main thread and take a promise.
 * Where WebAssembly is missing or forbidden, the same core comes as JavaScript.
 */
export function instantiate(imports: WebAssembly.Imports): Exports | Promise<Exports> {
  const plain = async () => {
    refused = true;
    return (await load()).instantiate(imports);
  };
  if (refused) return plain();
  const bytes = unpack(wasm);
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports)
      .exports as unknown as Exports;
  } catch (error) {
    return error instanceof RangeError
      ? WebAssembly.instantiate(bytes, imports).then(
          ({ instance }) => instance.exports as unknown as Exports,
          plain,
        )
      : plain();
  }
}
