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

  /** The warnings for each of the updates of a request that is not counted yet. */
  warningsFor(updates: readonly Session[]): string[][] {
    const before = new Map<string, Seen>();
    return updates.map((session) => {
      const seen = before.get(session.sid) ?? this.#seen.get(session.sid) ?? unseen(session);
      before.set(session.sid, following(seen, session));
      return warnings(session, seen);
    });
  }

  /** Remembers an update that was counted. */
  add(session: Session): void {
    const { sid } = session;
    const seen = following(this.#seen.get(sid) ?? unseen(session), session);
    const isNew = !this.#seen.delete(sid);
    this.#seen.set(sid, seen);
    if (isNew) this.#budget.charge('shown', this, SEEN_BYTES + 2 * seen.series.length);
    if (this.#seen.size > MAX_SIDS) this.#dropOldest();
  }

  #dropOldest(): void {
    const [oldest] = this.#seen;
    if (oldest === undefined) return;
    this.#seen.delete(oldest[0]);
    this.#budget.charge('shown', this, -SEEN_BYTES - 2 * oldest[1].series.length);
  }
}

const seriesOf = ({ release, environment }: Session): string =>
  JSON.stringify([release, environment]);

const unseen = (session: Session): Seen => ({ init: false, series: seriesOf(session) });

/** What has been seen of a session after one more update. */
const following = (seen: Seen, { init, status }: Session): Seen => ({
  ...seen,
  init: seen.init || init,
  ...(TERMINAL.includes(status) && { ended: status }),
});

function warnings(session: Session, seen: Seen): string[] {
  const { init, status, did } = session;
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
  if (seen.series !== seriesOf(session)) {
    out.push('The release or environment changed within the session: it shows up in two series.');
  }
  if (did === '') out.push('An empty "did" makes all such visitors one user.');
  return out;
}
