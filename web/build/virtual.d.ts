/** Filled in by web/build/wasm/plugin.ts with what web/build/wasm/pack.ts gives; web/src/core/unpack.ts reads it. */
declare module 'crashfree:wasm' {
  export const code: string;
  export const texts: string;
  export const textsAt: number;
}

/** The module of the events, filled in by web/build/wasm/plugin.ts and web/build/steps/node.ts. */
declare module 'crashfree:events-wasm' {
  export const code: string;
}

/** What the module's exports and imports are called there and, shorter, in the scripts. */
declare module 'crashfree:names' {
  export const names: [name: string, short: string][];
}

/** Files that are loaded where they are needed; each kind of script finds them its own way. */
declare module 'crashfree:files' {
  interface WithoutWasm {
    instantiate(
      imports: import('../src/core/boundary').Imports,
    ): import('../src/core/boundary').Exports;
  }
  /** The core as JavaScript. */
  export function loadNowasm(): Promise<WithoutWasm>;
  export function loadStorage(): Promise<typeof import('../src/storage')>;
  export function loadEvents(): Promise<typeof import('../src/events')>;
}

/** The module for servers; filled in by web/build/steps/node.ts. */
declare module 'crashfree:node-wasm' {
  export const bytes: Uint8Array<ArrayBuffer>;
}

/** web/node/sender/worker.ts, bundled, as the text that a thread runs. */
declare module 'crashfree:worker' {
  export const code: string;
}

declare module 'proxy-from-env' {
  /** The address of the proxy that the environment names for a URL, or an empty text. */
  export function getProxyForUrl(url: string): string;
}
