/** The loader of `crashfree/node`: Node compiles at once, and without WebAssembly has no fetch. */
import { wasm } from 'crashfree:wasm';
import type { Exports } from '../src/core';
import { unpack } from '../src/unpack';

export function instantiate(imports: WebAssembly.Imports): Exports {
  const module = new WebAssembly.Module(unpack(wasm));
  return new WebAssembly.Instance(module, imports).exports as unknown as Exports;
}
