/** A core that is all play: what it holds and says is set by the test, what it is told is kept. */
import { Consent, Counter, SessionStatus, Status } from '../../../web/src/abi.js';
import type { Core } from '../../../web/src/core/core.js';
import type { Session } from '../../../web/src/options/types.js';

const WORDS = ['ok', 'exited', 'crashed', 'unhandled', 'abnormal'] as const;
const STARTED = '2026-01-05T09:59:00.000Z';

/** A session of which the server knows nothing, with what is given over it. */
export const session = (sid: string, given: Partial<Session> = {}): Session => ({
  sid: sid.repeat(32).slice(0, 32),
  init: true,
  started: STARTED,
  timestamp: STARTED,
  status: 'ok',
  errors: 0,
  attrs: { release: 'shop@1.4.0' },
  ...given,
});

export class FakeCore {
  status: number = Status.ACTIVE;
  requests = 0;
  sessions: Session[] = [];
  consents: Consent[] = [];
  flushes = 0;
  /** What the core says of a session that is given back. */
  takes = true;
  #text = '';

  readonly core = {
    _status: () => this.status,
    _count: (counter: Counter) => (counter === Counter.REQUESTS ? this.requests : 0),
    _save: (index: number) =>
      (this.#text = this.sessions[index] ? JSON.stringify(this.sessions[index]) : '').length,
    _read: () => this.#text,
    _write: (text: string) => (this.#text = text).length,
    _flush: () => {
      this.flushes++;
    },
    _set_consent: (consent: Consent) => {
      this.consents.push(consent);
      if (consent === Consent.DENIED) this.sessions = [];
    },
    _restore: (
      _length: number,
      started: number,
      status: SessionStatus,
      errors: number,
      announced: boolean,
    ) => {
      if (!this.takes) return 0;
      const did = this.#text.slice(32);
      this.sessions.push(
        session(this.#text.slice(0, 32), {
          started: new Date(started).toISOString(),
          status: WORDS[status]!,
          errors,
          ...(announced ? { init: undefined as never } : {}),
          ...(did ? { did } : {}),
        }),
      );
      return 1;
    },
  } as unknown as Core;
}
