/**
 * What crosses the boundary of the module: numbers and texts. `src/wasm/exports.c` is the other side, and
 * `include/crashfree.h` says what each call does. The build gives the members with an underscore their
 * names there, or short ones where the module is inside the script.
 */
import type { Consent, Counter, Option, SessionStatus, Status } from '../abi';

/** The options that are numbers of no enum. */
type NumberOption = Exclude<Option, typeof Option.CONSENT | typeof Option.UNHANDLED>;

/** The exports of the module. */
export type Exports = {
  _memory: WebAssembly.Memory;
  _init(): number;
  _set_text(option: Option, length: number): number;
  _set_number(option: typeof Option.CONSENT, value: Consent): void;
  _set_number(option: typeof Option.UNHANDLED, value: SessionStatus): void;
  _set_number(option: NumberOption, value: number): void;
  _set_user(length: number, at: number): void;
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
  _forget(): void;
  _status(): Status;
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
    mode: number,
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
