/** The module in Node, with a host that is all play: clocks, random bytes, one timer, a network. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../web/build/run.js';
import { Option, type PageImports } from '../../web/src/abi.js';
import type { PageCalls } from '../../web/src/core/boundary.js';

/** The module that ships, and the one that clang and wasi-libc make of the same sources. */
export const SHIPPED = join(root, 'dist/crashfree.wasm');
export const WASI = join(root, 'build/wasi/crashfree.wasm');

/** 2026-01-05T10:00:00Z */
export const NOW = Date.UTC(2026, 0, 5, 10, 0, 0);
const KEY = '0123456789abcdef0123456789abcdef';
export const PROJECT = '42';
export const DSN = `https://${KEY}@collector.example/${PROJECT}`;

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const DAY = 24 * 60 * MINUTE;

export interface SentRequest {
  number: number;
  url: string;
  body: Uint8Array;
  atExit: boolean;
  sentAt: number;
  answered: boolean;
}

const modules = new Map<string, WebAssembly.Module>();

export function compile(path: string): WebAssembly.Module {
  let module = modules.get(path);
  if (!module) {
    module = new WebAssembly.Module(readFileSync(path));
    modules.set(path, module);
  }
  return module;
}

/** One instance of the module; the clock moves when told to. */
export class Core {
  readonly calls: PageCalls;
  now = NOW;
  monotonic = 1000;
  /** What the network was asked to send. */
  readonly sent: SentRequest[] = [];
  onFetch: (request: SentRequest) => void = (request) => this.sent.push(request);
  beforeSend: (session: string) => boolean = () => true;
  #buffer: number;
  #wakeAt = -1;
  #random: number;

  constructor(path = SHIPPED, seed = 1) {
    this.#random = seed;
    const env: PageImports = {
      now: () => this.now,
      monotonic: () => this.monotonic,
      random: (address, length) => {
        const bytes = this.#bytes(address, length);
        for (let i = 0; i < length; i++) bytes[i] = this.#nextByte();
      },
      wake: (delay) => {
        this.#wakeAt = this.monotonic + delay;
      },
      fetch: (number, url, urlLength, body, bodyLength, mode) =>
        this.onFetch({
          number,
          url: this.#read(url, urlLength),
          body: this.#bytes(body, bodyLength).slice(),
          atExit: mode !== 0,
          sentAt: this.now,
          answered: false,
        }),
      before_send: (address, length) => this.beforeSend(this.#read(address, length)),
    };
    const instance = new WebAssembly.Instance(compile(path), { env });
    this.calls = instance.exports as unknown as PageCalls;
    this.#buffer = this.calls.init();
  }

  #bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.calls.memory.buffer, address, length);
  }

  #read(address: number, length: number): string {
    return new TextDecoder('utf-8', { fatal: true }).decode(this.#bytes(address, length));
  }

  /** A byte of xorshift, whose state is never 0. */
  #nextByte(): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x;
    return (x >>> 16) & 0xff;
  }

  /** Puts a text where the module looks for texts; returns its length. */
  write(text: string | Uint8Array): number {
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    this.#bytes(this.#buffer, bytes.length).set(bytes);
    return bytes.length;
  }

  setText(option: Option, text: string | Uint8Array): boolean {
    return this.calls.set_text(option, this.write(text)) !== 0;
  }

  setUser(id: string | Uint8Array): void {
    this.calls.set_user(this.write(id));
  }

  /** With the names that the vectors use. */
  configure(): this {
    this.setText(Option.DSN, DSN);
    this.setText(Option.RELEASE, 'shop@1.4.0');
    this.setText(Option.ENVIRONMENT, 'production');
    return this;
  }

  respond(request: SentRequest, status: number, limits = '', retryAfter = -1): void {
    request.answered = true;
    this.calls.respond(request.number, status, this.write(limits), retryAfter);
  }

  /** Answers whatever has no answer yet. */
  answer(status = 200): void {
    for (const request of this.sent) if (!request.answered) this.respond(request, status);
  }

  session(): string {
    return this.#read(this.#buffer, this.calls.session());
  }

  save(index: number): string {
    return this.#read(this.#buffer, this.calls.save(index));
  }

  restore(record: string, killed = false): boolean {
    return this.calls.restore(this.write(record), killed) !== 0;
  }

  /** Lets time pass; the timer fires when it is due. */
  advance(milliseconds: number): void {
    const until = this.monotonic + milliseconds;
    while (this.#wakeAt >= 0 && this.#wakeAt <= until) {
      const step = Math.max(this.#wakeAt - this.monotonic, 0);
      this.now += step;
      this.monotonic += step;
      this.#wakeAt = -1;
      this.calls.wake();
    }
    this.now += until - this.monotonic;
    this.monotonic = until;
  }
}

/** A record as `crashfree_save` writes it. */
export function record(
  sid: string,
  given: { due?: boolean; announced?: boolean; status?: number; errors?: number; started: number },
  did = '',
): string {
  const { due = true, announced = false, status = 1, errors = 0, started } = given;
  const day = Math.floor(started / DAY);
  return [
    sid,
    1,
    +due,
    +announced,
    status,
    String(errors).padStart(9, '0'),
    String(day).padStart(7, '0'),
    String(started - day * DAY).padStart(8, '0'),
    did,
  ].join('');
}

export interface Item {
  type: string;
  payload: Record<string, unknown>;
}

/** The header and items of an envelope, every line of which has to be JSON. */
export function parse(body: Uint8Array): { header: Record<string, unknown>; items: Item[] } {
  const lines = new TextDecoder('utf-8', { fatal: true }).decode(body).split('\n');
  if (lines.pop() !== '') throw new Error('the envelope does not end with a line feed');
  const [header, ...rest] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const items: Item[] = [];
  for (let i = 0; i < rest.length; i += 2) {
    items.push({ type: String(rest[i]!['type']), payload: rest[i + 1]! });
  }
  return { header: header!, items };
}
