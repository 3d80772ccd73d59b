/** Filled in by web/build/wasm-plugin.ts; `unpack` in web/src gives the bytes. */
declare module 'crashfree:wasm' {
  export const wasm: string;
}

/** The package's version. */
declare const __CRASHFREE_VERSION__: string;

/** A style sheet that esbuild bundles along with the script that imports it. */
declare module '*.css';
