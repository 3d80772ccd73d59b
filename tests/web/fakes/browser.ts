/**
 * A page in which the client runs whole, with its core: a window, a document and a history that are all
 * play, in a realm of their own, with a clock that moves when told to and a network that is recorded.
 */
import { createContext, runInContext, Script, type Context } from 'node:vm';
import type { Client, Options } from '../../../web/src/index.js';
import { bundle } from './bundle.js';
import { FakeClock } from './clock.js';
import { Trusted } from './events.js';
import type * as Package from './exports.js';
import { createStorage } from './storage.js';

const KEY = '0123456789abcdef0123456789abcdef';
export const DSN = `https://${KEY}@collector.example/42`;
const ORIGIN = 'https://shop.example';

const script = new Script(await bundle('tests/web/fakes/exports.ts'), { filename: 'crashfree.js' });

/** A session as the network has seen it. */
export interface Told {
  /** How often it was announced. */
  inits: number;
  status: string;
  errors: number;
  did: string | undefined;
  release: string;
  started: string;
  /** Updates that ended it. */
  ends: number;
}

type Item = Record<string, unknown> & { attrs: { release: string } };

/** The history of a tab; the methods are on the prototype, as in a browser. */
class History {
  readonly entries: string[];
  at = 0;
  constructor(address: string) {
    this.entries = [address];
  }
  get length(): number {
    return this.entries.length;
  }
  pushState(_state: unknown, _title: string, to?: string): void {
    this.entries.length = this.at + 1;
    this.entries.push(new URL(to ?? '', this.entries[this.at]).href);
    this.at++;
  }
  replaceState(_state: unknown, _title: string, to?: string): void {
    this.entries[this.at] = new URL(to ?? '', this.entries[this.at]).href;
  }
}

/** What forgets its listeners, as the window and the document do in `document.open()`. */
class Target extends EventTarget {
  /* A plain member: seen from within the realm, `this` is another object with the same members. */
  readonly listeners: [type: string, listener: EventListener][] = [];
  override addEventListener(type: string, listener: EventListener, capture?: boolean): void {
    this.listeners.push([type, listener]);
    super.addEventListener(type, listener, capture);
  }
  /** Node does not read a flag here, as browsers do. */
  override removeEventListener(type: string, listener: EventListener, capture = false): void {
    super.removeEventListener(type, listener, { capture });
  }
  open(): void {
    for (const [type, listener] of this.listeners.splice(0)) {
      for (const capture of [true, false]) this.removeEventListener(type, listener, capture);
    }
  }
}

class Page extends Target {
  /** As in a window: what is being dispatched. */
  event: Event | undefined;
  onerror: ((...told: unknown[]) => unknown) | null = null;
}

/** Two ports, of which what is posted to the second arrives at the first as a task. */
const channelOf = ({ globals: { setTimeout } }: FakeClock) =>
  class {
    readonly port1 = Object.assign(new Target(), { start() {}, close() {} });
    readonly port2 = {
      postMessage: () => void setTimeout(() => this.port1.dispatchEvent(new Event('message'))),
    };
  };

class Document extends Target {
  accessor visibilityState: 'visible' | 'hidden' = 'visible';
  accessor readyState = 'complete';
  accessor prerendering = false;
  constructor(private readonly history: History) {
    super();
  }
  get URL(): string {
    return this.history.entries[this.history.at]!;
  }
  get baseURI(): string {
    return this.history.entries[this.history.at]!;
  }
}

export class Browser {
  readonly clock = new FakeClock();
  readonly history: History;
  readonly document: Document;
  readonly window: Page & Record<string, unknown>;
  readonly #realm: Context;
  /** Called when the children of the document change. */
  readonly #observers: (() => void)[] = [];
  readonly requests: { url: string; init: RequestInit; at: number }[] = [];
  readonly beacons: string[] = [];
  readonly warnings: string[] = [];
  /** What the network does with a request; undefined is no answer, ever. */
  network: () => Response | Error | undefined = () => new Response('{}');
  crashfree!: typeof Package;
  client!: Client;

  constructor(path = '/start') {
    /* Each with a prototype of its own, as each window has. */
    this.history = new (class extends History {})(ORIGIN + path);
    this.document = new Document(this.history);
    const { clock, document, history } = this;
    const observers = this.#observers;
    /* What is put into the realm is seen from there as its window. */
    const inside = new Page() as Page & Record<string, unknown>;
    this.#realm = createContext(inside);
    this.window = runInContext('globalThis', this.#realm) as typeof inside;
    const named = (names: string) =>
      Object.fromEntries(
        names.split(' ').map((name) => [name, (globalThis as Record<string, unknown>)[name]]),
      );
    Object.assign(inside, {
      window: inside,
      parent: inside,
      document,
      Document,
      history,
      opener: null,
      closed: false,
      origin: ORIGIN,
      location: Object.defineProperty({ protocol: 'https:' }, 'href', {
        get: () => history.entries[history.at],
      }),
      navigator: {
        userAgent: 'Fake/1.0',
        onLine: true,
        sendBeacon: (_url: string, body: string) => Boolean(this.beacons.push(body)),
      },
      performance: { now: () => 1000 + clock.elapsed },
      console: { warn: (text: string) => this.warnings.push(text), error() {} },
      requestIdleCallback: (idle: () => void) => clock.globals.setTimeout(idle),
      localStorage: createStorage(),
      sessionStorage: createStorage(),
      MutationObserver: class {
        constructor(changed: () => void) {
          observers.push(changed);
        }
        observe(): void {}
        disconnect(): void {}
      },
      fetch: () => Promise.reject(new TypeError('not this one')),
      MessageChannel: channelOf(clock),
      EventTarget: Target,
      Date: clock.Date,
      ...clock.globals,
      ...named(
        'Event DOMException AbortController URL TextEncoder TextDecoder crypto queueMicrotask',
      ),
    });
  }

  /** The value of a script in the page's realm, such as its own `RangeError`. */
  evaluate(script: string): unknown {
    return runInContext(script, this.#realm);
  }

  /** Lets scripts listen at the window without naming it, as events do, which only a real one does by itself. */
  listenUnnamed(): void {
    this.evaluate(`for (const name of ['addEventListener', 'removeEventListener']) {
      const own = window[name];
      window[name] = (...all) => own.apply(window, all);
    }`);
  }

  /** Runs the package, and `init` with these options over a release and a project. */
  async start(options: Options = {}, initialise = true): Promise<this> {
    this.crashfree = script.runInContext(this.#realm) as typeof Package;
    if (!initialise) return this;
    this.client = this.init(options);
    await this.pass();
    return this;
  }

  init(options: Options = {}): Client {
    return this.crashfree.init({
      dsn: DSN,
      release: 'shop@1.4.0',
      fetch: (url, init) => this.#fetch(url, init),
      ...options,
    });
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    this.requests.push({ url, init, at: this.clock.elapsed });
    const answer = this.network();
    if (answer instanceof Error) throw answer;
    return answer ?? new Promise<Response>(() => {});
  }

  /** Lets time pass. */
  pass(milliseconds = 0): Promise<void> {
    return this.clock.pass(milliseconds);
  }

  /** Lets the client send what it has, and the network answer. */
  async sent(): Promise<Told[]> {
    await this.pass(300);
    void this.client.flush(1);
    await this.pass(10);
    return this.told;
  }

  /** What the network has seen of each session, in the order in which they were told of. */
  get told(): Told[] {
    const all = new Map<string, Told>();
    const bodies = [...this.requests.map(({ init }) => String(init.body)), ...this.beacons];
    for (const item of bodies.flatMap(itemsOf)) {
      const one = all.get(String(item['sid'])) ?? ({ inits: 0, ends: 0 } as Told);
      all.set(String(item['sid']), one);
      if (item['init'] === true) one.inits++;
      one.status = String(item['status']);
      if (one.status !== 'ok') one.ends++;
      one.errors = Number(item['errors']);
      one.did = item['did'] as string | undefined;
      one.release = item.attrs.release;
      one.started = String(item['started']);
    }
    return [...all.values()];
  }

  /** How these sessions ended, or go on. */
  get states(): string {
    return this.told.map(({ status, errors }) => status + (errors ? `+${errors}` : '')).join(' ');
  }

  /** An event at the window, or elsewhere. */
  dispatch(type: string, properties: object = {}, target: EventTarget = this.window): Event {
    const event = new Trusted(type, properties);
    this.window.event = event;
    target.dispatchEvent(event);
    if (type === 'error' && target === this.window) {
      const { message, filename, error } = event as ErrorEvent;
      this.window.onerror?.(message, filename, 1, 1, error);
    }
    this.window.event = undefined;
    return event;
  }

  /** An uncaught error. */
  throw(error: unknown = new Error('broken'), properties: object = {}): Event {
    const message = error instanceof Error ? `Uncaught ${String(error)}` : 'Uncaught';
    return this.dispatch('error', { error, message, filename: `${ORIGIN}/app.js`, ...properties });
  }

  /** An unhandled rejection. */
  reject(reason: unknown = new Error('refused'), promise: object = {}): Event {
    return this.dispatch('unhandledrejection', { reason, promise });
  }

  /** Goes back or forward in the history, as a person does. */
  go(by: number): void {
    this.history.at += by;
    this.dispatch('popstate');
  }

  /** Does to the document what `document.open()` does: its listeners and the window's are gone. */
  open(): void {
    this.window.open();
    this.document.open();
    this.#observers.forEach((changed) => changed());
  }

  /** Changes the fragment of the address, as a link to a place in the page does. */
  goToFragment(fragment: string): void {
    this.history.entries.length = this.history.at + 1;
    this.history.entries.push(new URL(fragment, this.document.URL).href);
    this.history.at++;
    this.dispatch('popstate');
    this.dispatch('hashchange');
  }

  show(visibility: 'visible' | 'hidden'): void {
    this.document.visibilityState = visibility;
    this.dispatch('visibilitychange', {}, this.document);
  }

  leave(persisted = false): void {
    this.dispatch('pagehide', { persisted });
    this.show('hidden');
  }

  comeBack(): void {
    this.dispatch('pageshow', { persisted: true });
    this.show('visible');
  }
}

function itemsOf(body: string): Item[] {
  const lines = body.split('\n').filter(Boolean);
  const items: Item[] = [];
  for (let at = 1; at + 1 < lines.length; at += 2) {
    const { type } = JSON.parse(lines[at]!) as { type: string };
    if (type === 'session') items.push(JSON.parse(lines[at + 1]!) as Item);
  }
  return items;
}
