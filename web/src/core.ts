/**
 * The boundary to the C core: numbers and texts in, numbers and texts out. `src/wasm.c` is the other
 * side and `include/crashfree.h` says what each call does.
 */
import { instantiate } from './loader';

/** The exports of the module. */
export interface Exports {
  memory: WebAssembly.Memory;
  init(): number;
  set_text(option: number, length: number): number;
  set_number(option: number, value: number): void;
  set_user(length: number): number;
  set_consent(consent: number): void;
  start(announce: number): void;
  end(status: number): void;
  error(kind: number): void;
  flush(): void;
  hide(final: number): void;
  wake(): void;
  respond(request: number, status: number, limitsLength: number, retryAfter: number): void;
  session(): number;
  save(index: number): number;
  saveable(): number;
  restore(
    length: number,
    started: number,
    status: number,
    errors: number,
    announced: number,
  ): number;
  status(): number;
  count(counter: number): number;
  close(): void;
}

/** What the core asks of the page. */
export interface Host {
  _wake(delay: number): void;
  _fetch(request: number, url: string, body: string, atExit: number): void;
  _beforeSend(session: string): boolean;
}

/** `CRASHFREE_ENVELOPE_MAX`: the size of the buffer through which texts pass. */
const BUFFER = 30000;

/** The core, and the ways in and out of its buffer. */
export interface Core {
  readonly _calls: Exports;
  /** What a call wrote to the buffer; the call returned its length. */
  _read(length: number): string;
  /** Writes a text to the buffer and returns its length, for a call that takes it. */
  _write(text: string): number;
}

/** Starts the core; what is returned is a promise only where the module cannot start at once. */
export function createCore(host: Host): Core | Promise<Core> {
  let calls: Exports;
  let buffer: number;

  /** Views are made anew at each call: the memory may have moved. */
  const bytes = (address: number, length: number) =>
    new Uint8Array(calls.memory.buffer, address, length);
  const read = (address: number, length: number) =>
    new TextDecoder().decode(bytes(address, length));
  /** Replaces lone surrogates, and cuts what is longer than any text may be. */
  const write = (text: string) => new TextEncoder().encodeInto(text, bytes(buffer, BUFFER)).written;

  const started = (exports: Exports): Core => {
    calls = exports;
    buffer = calls.init();
    return { _calls: calls, _read: (length) => read(buffer, length), _write: write };
  };

  const exports = instantiate({
    env: {
      now: Date.now,
      monotonic: () => performance.now(),
      random: (address: number, length: number) => {
        crypto.getRandomValues(bytes(address, length));
      },
      wake: host._wake,
      fetch: (
        request: number,
        url: number,
        urlLength: number,
        body: number,
        bodyLength: number,
        atExit: number,
      ) => host._fetch(request, read(url, urlLength), read(body, bodyLength), atExit),
      before_send: (address: number, length: number) => +host._beforeSend(read(address, length)),
    },
  });
  return exports instanceof Promise ? exports.then(started) : started(exports);
}
