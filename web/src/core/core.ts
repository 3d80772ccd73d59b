/** The C core in a page: its host's clocks and random numbers, and the ways in and out of its memory. */
import { ENVELOPE_MAX } from '../abi';
import { now } from '../platform/clock';
import type { Core, Host } from './boundary';
import { instantiate, texts, textsAt } from './load';

export type { Core } from './boundary';

/** Random bytes for so many sessions, of 16 each. */
const POOL_BYTES = 16 * 16;

/**
 * Starts the core. `ready` is called when it is up, at once where possible, and before anything is
 * asked of the host.
 */
export function createCore(host: Host, ready: (core: Core) => void): void | Promise<void> {
  /* This view stays valid, as the memory never grows. */
  let memory: Uint8Array<ArrayBuffer>;
  /** Random bytes for the sessions to come. */
  const pool = new Uint8Array(POOL_BYTES);
  let unused = 0;
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();

  /** Writes a text, of which what is too long is cut; polyfills may have no `encodeInto`. */
  const put = (text: string, into: Uint8Array<ArrayBuffer>) => {
    if (encoder.encodeInto) return encoder.encodeInto(text, into).written;
    const encoded = encoder.encode(text).subarray(0, into.length);
    into.set(encoded);
    return encoded.length;
  };
  const bytes = (address: number, length: number) => memory.subarray(address, address + length);

  return instantiate(
    {
      _env: {
        ...host,
        _now: Date.now,
        /* As a function of our own: an engine would compile a way of its own to one that is bound. */
        _monotonic: () => now(),
        /* The browser is asked for some at a time: a call costs more than the bytes do. */
        _random(address, length) {
          for (const end = address + length; address < end; address++) {
            if (!unused) unused = globalThis.crypto.getRandomValues(pool).length;
            memory[address] = pool[--unused]!;
          }
        },
      },
    },
    (exports) => {
      memory = new Uint8Array(exports._memory.buffer as ArrayBuffer);
      /* The module inside a script comes without its texts, which compress better as JavaScript. */
      put(texts.split('|').join('\0'), bytes(textsAt, texts.length));
      const address = exports._init();
      const buffer = bytes(address, ENVELOPE_MAX);
      ready({
        ...exports,
        _read: (length, at = address) => decoder.decode(bytes(at, length)),
        /* The encoder replaces lone surrogates, so that the core gets nothing but UTF-8. */
        _write: (text) => (text ? put(text, buffer) : 0),
      });
    },
  );
}
