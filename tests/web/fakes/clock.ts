/** Timers and a clock that move when told to. */
interface Timer {
  at: number;
  act: () => void;
}

/** Steps in a row that a fake lock takes to change hands. */
const ROUNDS = 6;

/** Lets promises that are settled run what waits for them, however long the chain is. */
export async function settled(): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export class FakeClock {
  /** Milliseconds since the clock was made. */
  elapsed = 0;
  #timers = new Map<number, Timer>();
  #lastId = 0;

  /** The wall clock says this when the clock is made. */
  constructor(readonly start = Date.UTC(2026, 0, 5, 10, 0, 0)) {}

  /** The `Date` of a page: the real one, at the time of this clock. */
  readonly Date = new Proxy(Date, {
    get: (real, name) => (name === 'now' ? () => this.now : Reflect.get(real, name)),
    construct: (real, given: [number]) => (given.length ? new real(...given) : new real(this.now)),
  });

  /** For a page: functions with the names that it has for them. */
  readonly globals = {
    setTimeout: (act: (...args: never[]) => void, delay = 0, ...args: never[]): number => {
      this.#timers.set(++this.#lastId, { at: this.elapsed + delay, act: () => act(...args) });
      return this.#lastId;
    },
    clearTimeout: (id: number | undefined): void => {
      this.#timers.delete(id!);
    },
  };

  get now(): number {
    return this.start + this.elapsed;
  }

  /** Timers that have not fired. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Forgets the timers that wait, as they are when a machine sleeps or a page is frozen. */
  drop(): void {
    this.#timers.clear();
  }

  /** Lets time pass: timers fire in their order, each after all promises of the one before. */
  async pass(milliseconds: number): Promise<void> {
    const until = this.elapsed + milliseconds;
    await settled();
    for (;;) {
      const [next] = [...this.#timers].sort(([, one], [, other]) => one.at - other.at);
      if (!next || next[1].at > until) break;
      this.#timers.delete(next[0]);
      this.elapsed = Math.max(this.elapsed, next[1].at);
      next[1].act();
      await settled();
    }
    this.elapsed = until;
  }
}
