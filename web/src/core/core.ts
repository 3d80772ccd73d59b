/**
 * The C core in a page. `src/wasm/exports.c` is the other side of the boundary, which numbers and texts
 * cross, and `include/crashfree.h` says what each call does. The build gives the members with an
 * underscore their names there, or short ones where the module is inside the script.
 */
import { ENVELOPE_MAX, type Consent, type Counter, type Option, type SessionStatus } from '../abi';
import { instantiate, texts, textsAt } from './load';

/** The exports of the module. */
export type Exports = {
  _memory: WebAssembly.Memory;
  _init(): number;
  _set_text(option: Option, length: number): number;
  _set_number(option: Option, value: number): void;
  _set_user(length: number, at: number): number;
  _set_consent(consent: Consent): void;
  _start(announce: boolean, at: number): void;
  _end(status: SessionStatus, at: number): void;
  _error(crash: boolean, at: number): void;
  _flush(): void;
  _hide(final: boolean): void;
  _wake(): void;
  _respond(request: number, status: number, limitsLength: number, retryAfter?: number): void;
  _session(): number;
  _save(index: number): number;
  _restore(length: number, killed: boolean): number;
  _status(): number;
  _count(counter: Counter): number;
  _close(): void;
};

/** What the core asks of its host. Texts lie at an address of its memory. */
export type Host = {
  _wake(delay: number): void;
  _fetch(
    request: number,
    url: number,
    urlLength: number,
    body: number,
    bodyLength: number,
    atExit: number,
  ): void;
  _before_send(session: number, length: number): boolean;
};

/** The imports of the module. */
export type Imports = {
  _env: Host & {
    _now(): number;
    _monotonic(): number;
    _random(address: number, length: number): unknown;
  };
};

/** The core, and the ways in and out of its memory. */
export interface Core extends Exports {
  /** A text in the memory; without an address what a call wrote to the buffer. */
  _read(length: number, address?: number): string;
  /** Writes a text to the buffer and returns its length, for a call that takes it. */
  _write(text: string): number;
}

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
