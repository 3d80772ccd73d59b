/** Filled in by web/build/wasm-plugin.ts; `unpack` in web/src gives the bytes. */
declare module 'crashfree:wasm' {
  export const wasm: string;
}

/** The core as JavaScript, in web/build/wasm-plugin.ts too; each kind of file finds it its own way. */
declare module 'crashfree:nowasm' {
  interface WithoutWasm {
    instantiate(imports: WebAssembly.Imports): import('../src/core').Exports;
  }
  export function load(): Promise<WithoutWasm>;
}

/** Opt-in storage, a file of its own, too. */
declare module 'crashfree:storage' {
  export function load(): Promise<typeof import('../src/storage')>;
}

/** The package's version. */
declare const __CRASHFREE_VERSION__: string;

/** A style sheet that esbuild bundles along with the script that imports it. */
declare module '*.css';
