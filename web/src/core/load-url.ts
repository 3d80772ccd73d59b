/**
 * The loader of `crashfree/url`: the module is a file of its own, compiled while it arrives. It is
 * compiled at most once, however many clients there are, as a browser may report each attempt.
 */
import { loadNowasm } from 'crashfree:files';
import { names } from 'crashfree:names';
import type { Exports, Imports } from './boundary';

/** The file of the module has its own texts, so none are put into its memory. */
export const texts = '';
export const textsAt = 0;

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

/** The same functions by other names. */
const renamed = (functions: object, nameOf: (name: string) => string | undefined) =>
  Object.fromEntries(
    Object.entries(functions).map(([name, value]) => [nameOf(name), value as unknown]),
  );

export async function instantiate(
  imports: Imports,
  ready: (exports: Exports) => void,
): Promise<void> {
  let exports: Exports;
  try {
    const env = renamed(imports._env, (short) => names.find((name) => name[1] === short)?.[0]);
    const instance = await WebAssembly.instantiate(await (compiled ??= compile()), { env });
    exports = renamed(instance.exports, (name) => new Map(names).get(name)) as Exports;
  } catch {
    exports = (await loadNowasm()).instantiate(imports);
  }
  ready(exports);
}
