/** Sessions that ended within the running minute, on their way to the core's count. */
import type { Core } from './core';
import { End, type Ledger } from './incoming/session';

const MINUTE_MS = 60_000;

/**
 * A busy server ends thousands of sessions a second, and all of a minute are one number to the core:
 * they are added up here and handed on when the minute is over or the number is wanted.
 */
export class Tally implements Ledger {
  private readonly ended = [0, 0, 0];
  private any = false;
  private batch = 0;
  private minute = 0;
  /** When the first of them ended, on both clocks. */
  private time = 0;
  private monotonic = 0;

  constructor(
    private readonly core: Core,
    /** Called for sessions that ended. */
    private readonly counted: () => void,
  ) {}

  count(end: End, sessions: number): number {
    const now = Date.now();
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.minute || !this.any) {
      this.handOn();
      this.minute = minute;
      this.time = now;
      this.monotonic = performance.now();
      this.any = true;
    }
    this.ended[end]! += sessions;
    this.counted();
    return this.batch;
  }

  amend(batch: number, from: End, to: End): void {
    if (batch !== this.batch) return;
    this.ended[from]! -= 1;
    this.ended[to]! += 1;
  }

  handOn(): void {
    if (!this.any) return;
    this.any = false;
    this.batch++;
    for (const end of [End.EXITED, End.ERRORED, End.CRASHED]) {
      const sessions = this.ended[end]!;
      if (sessions > 0) this.core.count(end, sessions, this.time, this.monotonic);
      this.ended[end] = 0;
    }
  }
}
