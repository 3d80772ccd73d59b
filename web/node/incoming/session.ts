/** The session of a request that is being answered. */
import { AggregateEnd as End } from '../../src/abi';

/** How a session would end now. */
export { End };

/** In place of a batch: the session has not ended. */
const OPEN = -1;
/** In place of a batch: the session ended when nobody counted sessions any more. */
const NO_BATCH = -2;

/** Where sessions go that have ended. */
export interface Ledger {
  /** Counts sessions that end now; returns the batch that they belong to. */
  count(end: End, sessions: number): number;
  /** Counts a session of a batch as ended in another way, unless the batch has left. */
  amend(batch: number, from: End, to: End): void;
}

/** Sessions of one client that have begun and not ended, and how those that end are counted. */
export class Sessions {
  /**
   * How many are open, by how they would end now. They are not in a list, which would keep each response that
   * never closes in memory.
   */
  private readonly open = [0, 0, 0];
  private closed = false;

  constructor(private readonly ledger: Ledger) {}

  begin(): void {
    this.open[End.EXITED]! += 1;
  }

  change(from: End, to: End): void {
    this.open[from]! -= 1;
    this.open[to]! += 1;
  }

  /** Returns the batch in which it is counted. */
  end(end: End): number {
    if (this.closed) return NO_BATCH;
    this.open[end]! -= 1;
    return this.ledger.count(end, 1);
  }

  amend(batch: number, from: End, to: End): void {
    this.ledger.amend(batch, from, to);
  }

  /** Ends all that are open, as they are; those that begin or end later do not count. */
  endAll(): void {
    if (this.closed) return;
    this.closed = true;
    for (const end of [End.EXITED, End.ERRORED, End.CRASHED] as const) {
      if (this.open[end]! > 0) this.ledger.count(end, this.open[end]!);
    }
  }
}

/** One client's session of a request, and behind it those of other clients. */
export class RequestSession {
  private end: End = End.EXITED;
  /** The batch in which it was counted; `OPEN` before its end. */
  private batch = OPEN;
  /** The request, if somebody wants to know it. */
  request: { deref(): object | undefined } | undefined;

  constructor(
    readonly sessions: Sessions,
    readonly next: RequestSession | undefined,
  ) {
    sessions.begin();
  }

  /** The session that a client has in this list. */
  of(sessions: Sessions): RequestSession | undefined {
    return this.sessions === sessions ? this : this.next?.of(sessions);
  }

  /** Notes an error while the request is answered; a crash stays one. */
  mark(end: End): void {
    if (this.batch !== OPEN || end <= this.end) return;
    this.sessions.change(this.end, end);
    this.end = end;
  }

  /**
   * Notes an error that nobody handled. That of work which outlives the answer counts, too, as long as
   * the session has not left: rejections are told when the response has closed already.
   */
  crash(): void {
    this.mark(End.CRASHED);
    if (this.end === End.CRASHED) return;
    this.sessions.amend(this.batch, this.end, End.CRASHED);
    this.end = End.CRASHED;
  }

  close(): void {
    if (this.batch === OPEN) this.batch = this.sessions.end(this.end);
  }
}
