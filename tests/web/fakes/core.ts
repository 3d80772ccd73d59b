/** A core that is all play: what it holds and says is set by the test, what it is told is kept. */
import { Consent, Counter, Status } from '../../../web/src/abi.js';
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

const isRunning = ({ status }: Session): boolean => status === 'ok';
const isDue = (of: Session): boolean => of.init === true || !isRunning(of) || of.errors > 0;

/** What this core writes of a session: the sid, 1, whether something is waiting, and the rest. */
export const recordOf = (of: Session): string =>
  [
    of.sid,
    1,
    +isDue(of),
    +!of.init,
    WORDS.indexOf(of.status),
    of.errors,
    of.started,
    of.did ?? '',
  ].join('');

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
      (this.#text = this.sessions[index] ? recordOf(this.sessions[index]) : '').length,
    _read: () => this.#text,
    _write: (text: string) => (this.#text = text).length,
    _flush: () => {
      this.flushes++;
    },
    _set_consent: (consent: Consent) => {
      this.consents.push(consent);
      if (consent === Consent.DENIED) this.sessions = [];
    },
    _restore: (_length: number, killed: boolean) => {
      const [, sid, due, announced, status, errors, started, did] =
        /^([\da-f]{32})1([01])([01])([0-4])(\d)(.{24})(.*)$/.exec(this.#text) ?? [];
      const isOver = Number(status) > 0;
      if (!this.takes || !sid || !(due === '1' || (killed && !isOver))) return 0;
      this.sessions.push(
        session(sid, {
          started: started!,
          status: isOver ? WORDS[Number(status)]! : killed ? 'abnormal' : 'exited',
          errors: Number(errors),
          ...(announced === '1' ? { init: undefined as never } : {}),
          ...(did ? { did } : {}),
        }),
      );
      return 1;
    },
  } as unknown as Core;
}
