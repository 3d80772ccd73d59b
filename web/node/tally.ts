/** Sessions that ended within the running minute, on their way to the core's count. */
import type { Core } from './core';
import { End, type Ledger } from './incoming/session';
import { later } from './later';

const MINUTE_MS = 60_000;

/**
 * A busy server ends thousands of sessions a second, and all of a minute are one number to the core: they
 * are added up here and handed on when the minute is over or the number is wanted. A timer tells when it
 * is over: to ask the clock for each session took as long as all else that is done for it.
 */
export class Tally implements Ledger {
  private readonly ended = [0, 0, 0];
  private batch = 0;
  /** Whether a session of this batch has ended. */
  private any = false;
  /** Runs from the first session of a batch to the end of its minute. */
  private timer: NodeJS.Timeout | undefined;
  /** When the first session of the batch ended, on both clocks. */
  private time = 0;
  private monotonic = 0;

  constructor(
    private readonly core: Core,
    /** Called for the first session of a batch. */
    private readonly begun: () => void,
  ) {}

  count(end: End, sessions: number): number {
    if (!this.any) this.begin();
    this.ended[end]! += sessions;
    return this.batch;
  }

  amend(batch: number, from: End, to: End): void {
    if (batch !== this.batch) return;
    this.ended[from]! -= 1;
    this.ended[to]! += 1;
  }

  handOn(): void {
    if (!this.any) return;
    clearTimeout(this.timer);
    this.any = false;
    this.batch++;
    for (const end of [End.EXITED, End.ERRORED, End.CRASHED]) {
      const sessions = this.ended[end]!;
      if (sessions > 0) this.core.count(end, sessions, this.time, this.monotonic);
      this.ended[end] = 0;
    }
  }

  private begin(): void {
    this.any = true;
    this.time = Date.now();
    this.monotonic = performance.now();
    const left = MINUTE_MS - (this.time % MINUTE_MS);
    this.timer = later(left, () => this.handOn());
    this.begun();
  }
}
