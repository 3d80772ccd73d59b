/** Which times a Relay takes, and how it corrects clocks. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** `max_secs_in_past` and `max_secs_in_future` of Relay's configuration. */
export const MAX_AGE = 5 * 24 * 60 * MINUTE;
export const MAX_AHEAD = MINUTE;
/** Smaller differences are left alone; Relay compares whole seconds. */
const MIN_DRIFT = 55 * MINUTE;
/** The aggregator keeps this slot of ten seconds and the next three. */
const SLOT = 10 * SECOND;
const SLOTS_AHEAD = 3;
/** From here on a session that starts now may be lost, whatever the phase of the slots. */
const RISKY_AHEAD = 30 * SECOND;
/** How close to the limit an age is worth a word. */
const NEAR = 6 * 60 * MINUTE;

/** What a clock that is off by an age moves may be no date any more. */
export function iso(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? 'no date' : date.toISOString();
}

export interface Clock {
  /** `sent_at` of the envelope header, in Unix milliseconds. */
  sentAt?: number;
  receivedAt: number;
}

/** What to add to all times of an envelope, in milliseconds. */
export function clockDrift({ sentAt, receivedAt }: Clock): number {
  if (sentAt === undefined) return 0;
  const drift = receivedAt - sentAt;
  return Math.trunc(Math.abs(drift) / SECOND) * SECOND >= MIN_DRIFT ? drift : 0;
}

export function driftNote(drift: number): string {
  const minutes = Math.round(Math.abs(drift) / MINUTE);
  return (
    `its times were moved ${minutes} min ${drift > 0 ? 'forward' : 'back'}, because "sent_at" says ` +
    'that the clock of the sender is that far off'
  );
}

/** Why a time is outside of what the server takes. */
export function timeFlaw(key: string, ms: number, now: number): string | undefined {
  if (now - ms > MAX_AGE) {
    return `"${key}" (${iso(ms)}) is more than 5 days ago; the server no longer takes it.`;
  }
  if (ms - now > MAX_AHEAD) {
    return `"${key}" (${iso(ms)}) is more than 60 seconds in the future. Check the clock and "sent_at".`;
  }
  return undefined;
}

/** Why the start of a session is outside of what the server takes: its metrics carry that time. */
export function startFlaw(ms: number, now: number): string | undefined {
  const flaw = timeFlaw('started', ms, now);
  if (flaw !== undefined) return flaw;
  if (Math.floor(ms / SLOT) - Math.floor(now / SLOT) <= SLOTS_AHEAD) return undefined;
  const seconds = Math.round((ms - now) / SECOND);
  return (
    `"started" is ${seconds} s ahead of the server: a Relay with default settings would drop this ` +
    'in silence. Check the clock of the sender.'
  );
}

/** What to say about times that are taken, but only just. */
export function timeWarnings(started: number, { sentAt, receivedAt }: Clock): string[] {
  const out: string[] = [];
  const ahead = Math.max(started, sentAt ?? started) - receivedAt;
  const isCorrected = clockDrift({ receivedAt, ...(sentAt === undefined ? {} : { sentAt }) }) !== 0;
  if (ahead >= RISKY_AHEAD && !isCorrected) {
    out.push(
      `The clock of the sender is ${Math.round(ahead / SECOND)} s ahead. When a session starts 30 s ` +
        'ahead or more, a Relay with default settings would drop this in silence.',
    );
  }
  const left = MAX_AGE - (receivedAt - started);
  if (left < NEAR) {
    const hours = (left / 60 / MINUTE).toFixed(1);
    out.push(
      `The session started almost five days ago: in ${hours} h the server stops taking it, to the ` +
        'millisecond.',
    );
  }
  return out;
}
