import { wasm } from 'crashfree:wasm';
import type { Exports } from './core';
import { unpack } from './unpack';

/**
 * Compiles and starts the module, at once where the browser allows it: then no error, and no visit,
 * is too short. Old versions of Chromium refuse more than 4 KiB on the main thread and take a promise.
 */
export function instantiate(imports: WebAssembly.Imports): Exports | Promise<Exports> {
  const bytes = unpack(wasm);
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports)
      .exports as unknown as Exports;
  } catch (error) {
    if (error instanceof RangeError) {
      return WebAssembly.instantiate(bytes, imports).then(
        ({ instance }) => instance.exports as unknown as Exports,
      );
    }
    return Promise.reject(error);
  }
}
