import type { Budget, Kept } from '../budget.js';
import type { Session } from './result.js';

/** What has been seen of a session, to warn of what makes its numbers wrong. */
interface Seen {
  init: boolean;
  ended?: string;
  series: string;
}

const TERMINAL = ['exited', 'crashed', 'abnormal', 'unhandled'];
const COUNTED = ['crashed', 'abnormal', 'unhandled'];
const MAX_SIDS = 20_000;
/** What is kept of one session takes about so much, besides its names. */
const SEEN_BYTES = 250;

/** Remembers the sessions of one project and says what makes their numbers wrong. */
export class SessionHistory implements Kept {
  readonly #seen = new Map<string, Seen>();
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  forget(): void {
    this.#seen.clear();
  }

  clear(): void {
    this.#budget.release('shown', this);
    this.#seen.clear();
  }

  /** The warnings for an update that the server takes. */
  add(session: Session): string[] {
    const { sid, init, status } = session;
    const series = JSON.stringify([session.release, session.environment]);
    const seen = this.#seen.get(sid) ?? { init: false, series };
    const out = warnings(session, seen, series);

    seen.init ||= init;
    if (TERMINAL.includes(status)) seen.ended = status;
    const isNew = !this.#seen.delete(sid);
    this.#seen.set(sid, seen);
    if (isNew) this.#budget.charge('shown', this, SEEN_BYTES + 2 * seen.series.length);
    if (this.#seen.size > MAX_SIDS) this.#dropOldest();
    return out;
  }

  #dropOldest(): void {
    const [oldest] = this.#seen;
    if (oldest === undefined) return;
    this.#seen.delete(oldest[0]);
    this.#budget.charge('shown', this, -SEEN_BYTES - 2 * oldest[1].series.length);
  }
}

function warnings({ init, status, did }: Session, seen: Seen, series: string): string[] {
  const out: string[] = [];
  if (init && seen.init) {
    out.push('"init" was true before for this sid: the session is now counted twice.');
  }
  if (!init && !seen.init) {
    out.push('No update with "init": true came first: the session is missing in the total.');
  }
  if (seen.ended !== undefined) {
    out.push(
      `The session had ended as ${seen.ended}` +
        (COUNTED.includes(status)
          ? `: ${status} is counted once more.`
          : ': nothing should follow.'),
    );
  }
  if (seen.series !== series) {
    out.push('The release or environment changed within the session: it shows up in two series.');
  }
  if (did === '') out.push('An empty "did" makes all such visitors one user.');
  return out;
}
