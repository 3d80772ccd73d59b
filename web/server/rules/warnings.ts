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

/** Remembers the sessions of one project and says what makes their numbers wrong. */
export class SessionHistory {
  readonly #seen = new Map<string, Seen>();

  /** The warnings for an update that the server takes. */
  add(session: Session): string[] {
    const { sid, init, status } = session;
    const series = JSON.stringify([session.release, session.environment]);
    const seen = this.#seen.get(sid) ?? { init: false, series };
    const out = warnings(session, seen, series);

    seen.init ||= init;
    if (TERMINAL.includes(status)) seen.ended = status;
    this.#seen.delete(sid);
    this.#seen.set(sid, seen);
    if (this.#seen.size > MAX_SIDS) {
      const oldest = this.#seen.keys().next().value;
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    return out;
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
