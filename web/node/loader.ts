/** The loader of `crashfree/node`: Node compiles at once, and without WebAssembly has no fetch. */
import type { Exports, Imports } from '../src/core/boundary';
import { unpack } from '../src/core/unpack';

export { texts, textsAt } from 'crashfree:wasm';

export function instantiate(imports: Imports, ready: (exports: Exports) => void): void {
  const module = new WebAssembly.Module(unpack());
  ready(new WebAssembly.Instance(module, imports).exports as Exports);
}
