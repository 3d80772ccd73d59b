/** The C core in a page: its host's clocks and random numbers, and the ways in and out of its memory. */
import { ENVELOPE_MAX } from '../abi';
import type { Core, Host } from './boundary';
import { instantiate, texts, textsAt } from './load';

export type { Core } from './boundary';

/**
 * Starts the core. `ready` is called when it is up, at once where possible, and before anything is
 * asked of the host.
 */
export function createCore(host: Host, ready: (core: Core) => void): void | Promise<void> {
  let memory: WebAssembly.Memory;

  /** Views are made anew at each call: the memory may have moved. */
  const bytes = (address: number, length: number) => new Uint8Array(memory.buffer, address, length);

  /** Replaces lone surrogates, and cuts what is longer than any text may be. */
  const encode = (text: string, address: number) =>
    new TextEncoder().encodeInto(text, bytes(address, ENVELOPE_MAX));

  return instantiate(
    {
      _env: {
        ...host,
        _now: Date.now,
        _monotonic: () => performance.now(),
        _random: (address, length) => crypto.getRandomValues(bytes(address, length)),
      },
    },
    (exports) => {
      memory = exports._memory;
      /* Those that the loader left out of the module. */
      encode(texts.replace(/\|/g, '\0'), textsAt);
      const buffer = exports._init();
      ready({
        ...exports,
        _read: (length, address = buffer) => new TextDecoder().decode(bytes(address, length)),
        _write: (text) => encode(text, buffer).written,
      });
    },
  );
}
