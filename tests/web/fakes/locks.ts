/** The Web Locks of one origin; each page gets a manager of its own. */
type Options = { signal?: AbortSignal };
type Use = (lock: { name: string }) => unknown;

interface Waiting {
  page: FakeLockManager;
  grant: () => void;
}

export class FakeLocks {
  /** By name: the page that holds it, and those that wait for it. */
  readonly #held = new Map<string, FakeLockManager>();
  readonly #queues = new Map<string, Waiting[]>();

  /** Names that are locked. */
  get names(): string[] {
    return [...this.#held.keys()];
  }

  page(): FakeLockManager {
    return new FakeLockManager(this);
  }

  request(page: FakeLockManager, name: string, { signal }: Options, use: Use): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        page,
        grant: () => {
          this.#held.set(name, page);
          void Promise.resolve(use({ name }))
            .then(resolve, reject)
            .finally(() => {
              if (this.#held.get(name) === page) this.#free(name);
            });
        },
      };
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, queue);
      queue.push(waiting);
      signal?.addEventListener('abort', () => {
        const place = queue.indexOf(waiting);
        if (place < 0) return;
        queue.splice(place, 1);
        reject(signal.reason);
      });
      /* As in a browser, later. */
      setImmediate(() => this.#next(name));
    });
  }

  /** A page that dies lets go of everything. */
  end(page: FakeLockManager): void {
    for (const [name, queue] of this.#queues) {
      this.#queues.set(
        name,
        queue.filter((waiting) => waiting.page !== page),
      );
    }
    for (const [name, holder] of this.#held) if (holder === page) this.#free(name);
  }

  #free(name: string): void {
    this.#held.delete(name);
    setImmediate(() => this.#next(name));
  }

  #next(name: string): void {
    if (!this.#held.has(name)) this.#queues.get(name)?.shift()?.grant();
  }
}

export class FakeLockManager {
  constructor(private readonly locks: FakeLocks) {}

  request(name: string, options: Options, use: Use): Promise<unknown> {
    return this.locks.request(this, name, options, use);
  }

  /** What happens to the page's locks when it is killed. */
  end(): void {
    this.locks.end(this);
  }
}
