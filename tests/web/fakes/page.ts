/**
 * A page's globals. Several pages share one origin: its storage, locks and clock. What a page does is
 * done within `run`, which puts its globals in place.
 */
import { FakeClock, settled } from './clock.js';
import { Trusted } from './events.js';
import { FakeLocks, type FakeLockManager } from './locks.js';
import { createStorage, type FakeStorage } from './storage.js';

/** Watches nothing: what these pages have is no tree. */
class FakeMutationObserver {
  observe(): void {}
  disconnect(): void {}
}

/** What the pages of one origin share. */
export class Origin {
  readonly clock = new FakeClock();
  readonly locks = new FakeLocks();
  readonly local = createStorage();
}

class FakeDocument extends EventTarget {
  accessor visibilityState: 'visible' | 'hidden' = 'visible';
  get hidden(): boolean {
    return this.visibilityState === 'hidden';
  }
}

export class FakePage {
  readonly window = new EventTarget();
  readonly document = new FakeDocument();
  readonly locks: FakeLockManager;
  readonly navigator: { onLine: boolean; locks: unknown };
  readonly history = { length: 2 };
  opener: unknown = null;

  constructor(
    readonly origin = new Origin(),
    /** A tab keeps it from page to page. */
    readonly session: FakeStorage = createStorage(),
  ) {
    this.locks = origin.locks.page();
    this.navigator = { onLine: true, locks: this.locks };
  }

  /** The globals, by name. */
  globals(): Record<string, unknown> {
    const window = Object.assign(this.window, {
      navigator: this.navigator,
      history: this.history,
      opener: this.opener,
      crypto,
      EventTarget,
      MutationObserver: FakeMutationObserver,
    });
    return {
      window,
      document: this.document,
      Document: FakeDocument,
      localStorage: this.origin.local,
      sessionStorage: this.session,
      ...this.origin.clock.globals,
      Date: this.origin.clock.Date,
    };
  }

  /** Has the page do something, with its globals in place while it does. */
  run<Result>(act: () => Result): Result {
    const restore = this.#install();
    try {
      return act();
    } finally {
      restore();
    }
  }

  /** Lets time pass for all pages of the origin, while this one's globals are in place. */
  async pass(milliseconds = 0): Promise<void> {
    const restore = this.#install();
    try {
      await this.origin.clock.pass(milliseconds);
      await settled();
    } finally {
      restore();
    }
  }

  #install(): () => void {
    const before = new Map<string, PropertyDescriptor | undefined>();
    for (const [name, value] of Object.entries(this.globals())) {
      before.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
    return () => {
      for (const [name, descriptor] of before) {
        if (descriptor) Object.defineProperty(globalThis, name, descriptor);
        else Reflect.deleteProperty(globalThis, name);
      }
    };
  }

  /** An event at the window, such as `pagehide`. */
  dispatch(type: string, properties: object = {}): void {
    this.run(() => this.window.dispatchEvent(new Trusted(type, properties)));
  }

  show(visibility: 'visible' | 'hidden'): void {
    this.document.visibilityState = visibility;
    this.run(() => this.document.dispatchEvent(new Event('visibilitychange')));
  }

  /** The page is left; it may come back from the back/forward cache. */
  leave(persisted = false): void {
    this.dispatch('pagehide', { persisted });
    if (!persisted) this.locks.end();
  }

  comeBack(): void {
    this.dispatch('pageshow', { persisted: true });
  }

  /** The process of the page ends, without any event. */
  kill(): void {
    this.locks.end();
  }
}
