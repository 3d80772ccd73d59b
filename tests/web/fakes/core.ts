/** A core that is all play: what it holds and says is set by the test, what it is told is kept. */
import { Consent, Counter, SessionStatus, Status } from '../../../web/src/abi.js';
import type { Core } from '../../../web/src/core/core.js';

/** What a record of the core tells. */
export interface Session {
  sid: string;
  due: boolean;
  announced: boolean;
  status: number;
  errors: number;
  started: number;
  did: string;
}

/** A running session of which the server knows nothing, with what is given over it. */
export const session = (digit: string, given: Partial<Session> = {}): Session => ({
  sid: digit.repeat(32).slice(0, 32),
  due: true,
  announced: false,
  status: SessionStatus.OK,
  errors: 0,
  started: Date.UTC(2026, 0, 5, 9, 59),
  did: '',
  ...given,
});

/** A running session that the server knows. */
export const known = (digit: string): Session => session(digit, { due: false, announced: true });

const DAY_MS = 86_400_000;
const digits = (value: number, width: number): string => String(value).padStart(width, '0');

/** A record as the core writes it (src/snapshot.c). */
export const recordOf = ({ sid, due, announced, status, errors, started, did }: Session): string =>
  [
    sid,
    1,
    +due,
    +announced,
    status,
    digits(errors, 9),
    digits(Math.floor(started / DAY_MS), 7),
    digits(started % DAY_MS, 8),
    did,
  ].join('');

export class FakeCore {
  status: number = Status.ACTIVE;
  requests = 0;
  sessions: Session[] = [];
  consents: Consent[] = [];
  flushes = 0;
  /** How often it had to forget its sessions. */
  forgotten = 0;
  #text = '';

  readonly core = {
    _status: () => this.status,
    _count: (counter: Counter) => (counter === Counter.REQUESTS ? this.requests : 0),
    _save: (index: number) => {
      const one = this.sessions[index];
      return (this.#text = one ? recordOf(one) : '').length;
    },
    _read: () => this.#text,
    _write: (text: string) => (this.#text = text).length,
    _flush: () => {
      this.flushes++;
    },
    _forget: () => {
      this.forgotten++;
      this.sessions = [];
    },
    _set_consent: (consent: Consent) => {
      this.consents.push(consent);
      if (consent === Consent.DENIED) this.sessions = [];
    },
    _restore: (_length: number, killed: boolean) => {
      const [, sid, due, announced, status, errors, day, time, did = ''] =
        /^([\da-f]{32})1([01])([01])([0-4])(\d{9})(\d{7})(\d{8})(.*)$/s.exec(this.#text) ?? [];
      const ended = Number(status) || (killed ? SessionStatus.ABNORMAL : SessionStatus.EXITED);
      if (!sid || !(due === '1' || killed)) return 0;
      this.sessions.push({
        sid,
        due: true,
        announced: announced === '1',
        status: ended,
        errors: Number(errors),
        started: Number(day) * DAY_MS + Number(time),
        did,
      });
      return 1;
    },
  } as unknown as Core;
}
