/** Something that takes memory and can be let go of. */
export interface Kept {
  /** Called when the budget has to let it go; it must then no longer be reachable. */
  forget(): void;
}

/** `shown` is kept for people to look at, `counted` makes up the figures. */
export type Lane = 'shown' | 'counted';

/** What all that is kept may take by default, by our estimate of it. */
const DEFAULT_BYTES = 64 << 20;

/** Things in the order of their last use, and what they take. */
class Order {
  readonly #sizes = new Map<Kept, number>();
  used = 0;

  charge(kept: Kept, bytes: number): void {
    const before = this.#sizes.get(kept) ?? 0;
    this.#sizes.delete(kept);
    this.#sizes.set(kept, before + bytes);
    this.used += bytes;
  }

  release(kept: Kept): void {
    this.used -= this.#sizes.get(kept) ?? 0;
    this.#sizes.delete(kept);
  }

  /** Lets go of what was unused for longest; false if that is the last thing. */
  forgetOldest(): boolean {
    const oldest = this.#sizes.keys().next().value;
    if (oldest === undefined || this.#sizes.size < 2) return false;
    this.release(oldest);
    oldest.forget();
    return true;
  }
}

/**
 * One budget of bytes for everything that a collector keeps, whoever sends it. What is shown never
 * drives out the figures, and the other way round: each may have half once the whole is used up.
 */
export class Budget {
  readonly #lanes: Record<Lane, Order> = { shown: new Order(), counted: new Order() };
  /** How many things had to go. */
  readonly forgotten: Record<Lane, number> = { shown: 0, counted: 0 };

  constructor(readonly max: number = DEFAULT_BYTES) {}

  get used(): number {
    return this.#lanes.shown.used + this.#lanes.counted.used;
  }

  /** Says that `kept` takes so many bytes more, and is in use. */
  charge(lane: Lane, kept: Kept, bytes: number): void {
    this.#lanes[lane].charge(kept, bytes);
    while (this.used > this.max) {
      const fuller = this.#lanes.shown.used > this.max / 2 ? 'shown' : 'counted';
      if (!this.#lanes[fuller].forgetOldest()) return;
      this.forgotten[fuller]++;
    }
  }

  /** Says that `kept` is gone. */
  release(lane: Lane, kept: Kept): void {
    this.#lanes[lane].release(kept);
  }
}
