/**
 * The core in C: `include/crashfree_aggregate.h` says what it does with the counts of requests, and
 * `include/crashfree.h` what with the session of the process. `src/wasm/node.c` declares
 * the boundary, which numbers and texts cross.
 */
import { bytes } from 'crashfree:node-wasm';
import {
  Option,
  statusWords,
  type AggregateEnd,
  type ErrorKind,
  type NodeExports,
  type NodeImports,
} from '../src/abi';
import type { Status } from './types';

/** What the session of the process needs. */
export interface Host {
  /** Asks for a call of `processWake` after so many milliseconds; there is one timer. */
  wake(delay: number): void;
  /** Sends an envelope; the answer is told by `processRespond`, later or at once. */
  fetch(request: number, body: string): void;
}

/** What the server said to an envelope; status 0 is no answer. */
export interface ServerAnswer {
  status: number;
  /** X-Sentry-Rate-Limits, empty without one. */
  limits: string;
  /** Seconds that Retry-After asks for; NaN without one. */
  retryAfter: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The module is compiled once, whatever number of clients there is. */
let compiled: WebAssembly.Module | undefined;

export class Core {
  /** Without one there is no session of the process. */
  host: Host | undefined;
  private readonly core: NodeExports;
  private readonly buffer: number;
  private readonly capacity: number;

  /** Throws where there is no WebAssembly. */
  constructor() {
    compiled ??= new WebAssembly.Module(bytes);
    const env: NodeImports = {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      random: (address, count) => void crypto.getRandomValues(this.bytes(address, count)),
      wake: (delay) => this.host?.wake(delay),
      fetch: (request, address, length) => this.host?.fetch(request, this.read(address, length)),
    };
    this.core = new WebAssembly.Instance(compiled, { env }).exports as unknown as NodeExports;
    this.buffer = this.core.init();
    this.capacity = this.core.capacity();
  }

  /** Returns whether the text is valid. */
  set(option: 'DSN' | 'RELEASE' | 'ENVIRONMENT' | 'TUNNEL', text: string): boolean {
    return this.core.set_text(Option[option], this.write(text)) !== 0;
  }

  get status(): Status {
    return statusWords[this.core.status(performance.now())]!;
  }

  /** Counts sessions that ended at a time, which was `monotonic` on the clock that does not jump. */
  count(end: AggregateEnd, sessions: number, now: number, monotonic: number): void {
    this.core.count(end, sessions, now, monotonic);
  }

  /** How many sessions wait. */
  get waiting(): number {
    return this.core.waiting();
  }

  /** The envelope to send now, if there is one and the server wants one. */
  send(last: boolean): string | undefined {
    const length = this.core.send(last, Date.now(), performance.now());
    return length > 0 ? this.read(this.buffer, length) : undefined;
  }

  /** Where envelopes go. */
  get url(): string {
    const address = this.core.url();
    const end = new Uint8Array(this.core.memory.buffer).indexOf(0, address);
    return this.read(address, end - address);
  }

  /** Returns whether the envelope was delivered. */
  respond({ status, limits, retryAfter }: ServerAnswer): boolean {
    return this.core.respond(status, this.write(limits), retryAfter, performance.now()) !== 0;
  }

  processStart(): void {
    this.core.process_start();
  }

  processError(kind: ErrorKind): void {
    this.core.process_error(kind);
  }

  /** Ends the session, unless an error did, and sends what waits. */
  processEnd(): void {
    this.core.process_end();
  }

  processWake(): void {
    this.core.process_wake();
  }

  processRespond(request: number, { status, limits, retryAfter }: ServerAnswer): void {
    this.core.process_respond(request, status, this.write(limits), retryAfter);
  }

  private bytes(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.core.memory.buffer as ArrayBuffer, address, length);
  }

  private read(address: number, length: number): string {
    return decoder.decode(this.bytes(address, length));
  }

  /** A text that is longer than the buffer is cut, and too long all the same. */
  private write(text: string): number {
    return encoder.encodeInto(text, this.bytes(this.buffer, this.capacity)).written;
  }
}
