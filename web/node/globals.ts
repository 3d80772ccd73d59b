/**
 * What the build puts in place of these names in all files for servers: the objects that were there when
 * the module was loaded. Test environments, and apps, put others in their place, or none.
 */
import { performance } from 'node:perf_hooks';
import { URL } from 'node:url';

const { AbortSignal, crypto, TextDecoder, TextEncoder, WebAssembly } = globalThis;
export { AbortSignal, crypto, performance, TextDecoder, TextEncoder, URL, WebAssembly };
