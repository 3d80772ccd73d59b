/**
 * The loader of `crashfree/url`: the module is a file of its own, compiled while it arrives. It is
 * compiled at most once, however many clients there are, as a browser may report each attempt.
 */
import { load } from 'crashfree:nowasm';
import type { Exports } from './core';

let compiled: Promise<WebAssembly.Module> | undefined;

async function compile(): Promise<WebAssembly.Module> {
  const response = await fetch(new URL('./crashfree.wasm', import.meta.url));
  const type = response.headers.get('content-type') ?? '';
  if (response.ok && type.toLowerCase() === 'application/wasm' && WebAssembly.compileStreaming) {
    return WebAssembly.compileStreaming(response);
  }
  const bytes = await response.arrayBuffer();
  /* Servers of single-page apps answer with a page what they do not have. */
  if (!response.ok || new DataView(bytes).getUint32(0) !== 0x0061736d) {
    throw new TypeError('not a WebAssembly module');
  }
  return WebAssembly.compile(bytes);
}

export async function instantiate(imports: WebAssembly.Imports): Promise<Exports> {
  try {
    const instance = await WebAssembly.instantiate(await (compiled ??= compile()), imports);
    return instance.exports as unknown as Exports;
  } catch {
    return (await load()).instantiate(imports);
  }
}
