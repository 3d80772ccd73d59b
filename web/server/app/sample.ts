import type { Collector } from '../collector/collector.js';
import { seeded } from './random.js';
import { crashDrawer, NEW_RELEASE, sampleEvent } from './sample-crashes.js';

const KEY = '5a3b1e5a3b1e5a3b1e5a3b1e5a3b1e00';
const DAY = 24 * 3600_000;
/** The visits are spread over so long, up to now. */
const PERIOD = 23.3 * 3600_000;
const VISITS = 1600;

/** Sends an envelope with these sessions and events at a time. */
type Send = (sessions: readonly object[], at: number, events?: readonly object[]) => void;

interface Visit {
  at: number;
  attrs: { release: string; environment: string };
  /** How likely it ends in a crash. */
  crashRate: number;
}

/** An update of the session of a visit. */
interface Update {
  /** How long after the start it is sent, in ms. */
  after: number;
  init?: true;
  status: string;
  errors: number;
}

const sender =
  (collector: Collector, project: string): Send =>
  (sessions, at, events = []) => {
    const lines = [JSON.stringify({ sent_at: new Date(at).toISOString() })];
    for (const session of sessions) lines.push('{"type":"session"}', JSON.stringify(session));
    for (const event of events) lines.push('{"type":"event"}', JSON.stringify(event));
    collector.ingest({
      method: 'POST',
      url: `/api/${project}/envelope/?sentry_version=7&sentry_key=${KEY}&sentry_client=crashfree%2F0.1.0`,
      headers: { 'content-type': 'text/plain;charset=UTF-8' },
      body: new TextEncoder().encode(lines.join('\n')),
      receivedAt: at,
    });
  };

/** One of the visits, the oldest first; undefined for some of those at night, when there are fewer. */
function drawVisit(random: () => number, index: number, now: number): Visit | undefined {
  const age = PERIOD * (1 - (index + random()) / VISITS);
  const at = Math.min(now - age, now - 1500);
  if (random() < 0.4 - 0.4 * Math.cos(((at % DAY) / DAY - 0.6) * 2 * Math.PI)) return undefined;
  const progress = 1 - age / PERIOD;
  const isStaging = random() < 0.12;
  const isNew = random() < (isStaging ? 0.9 : Math.max(0, (progress - 0.3) * 1.2));
  const release = isNew ? NEW_RELEASE : random() < 0.06 ? 'shop@1.3.9' : 'shop@1.4.0';
  return {
    at,
    attrs: { release, environment: isStaging ? 'staging' : 'production' },
    // The new release crashed a lot until a fix on the server in the afternoon.
    crashRate: isNew ? (progress < 0.75 ? 0.055 : 0.01) : 0.007,
  };
}

/** What a session tells of a visit that went this way; the least luck is a crash at once. */
function updatesOf(luck: number, crashRate: number): Update[] {
  const calm = (after: number): Update => ({ after, init: true, status: 'ok', errors: 0 });
  if (luck < crashRate / 2) return [{ after: 900, init: true, status: 'crashed', errors: 1 }];
  if (luck < crashRate) return [calm(500), { after: 800, status: 'crashed', errors: 1 }];
  if (luck < crashRate + 0.015) {
    return [{ after: 700, init: true, status: 'unhandled', errors: 1 }];
  }
  if (luck < crashRate + 0.06) return [calm(500), { after: 900, status: 'ok', errors: 1 }];
  return [calm(600)];
}

/** Mistakes to look at, and a session that crashes just now. */
function sendMistakes(send: Send, hex: () => string, now: number): void {
  const mistake = { sid: hex(), started: new Date(now - 9000).toISOString(), init: true };
  const attrs = { release: NEW_RELEASE, environment: 'production' };
  send([{ ...mistake, sid: hex(), attrs: { release: 'latest' } }], now - 1200);
  send([{ ...mistake, sid: hex(), errors: 1.5, attrs }], now - 1000);
  send([{ ...mistake, sid: hex(), attrs: { ...attrs, environment: 'eu/prod' } }], now - 700);
  send([{ ...mistake, started: '2026-01-05 10:00', attrs }], now - 500);
  const timestamp = new Date(now - 400).toISOString();
  const good = { ...mistake, sid: hex(), did: 'user-7', timestamp };
  send([{ ...good, status: 'ok', errors: 0, attrs }], now - 400);
  send([{ ...good, init: false, status: 'crashed', errors: 1, attrs }], now - 200);
}

/**
 * Sends the visits of a made-up shop over the last day, as real envelopes: a release that is being
 * rolled out, one that is going away, a staging environment, and a few mistakes to look at.
 */
export function sendSample(collector: Collector, project: string, now = Date.now()): void {
  const random = seeded(20260105);
  const drawCrash = crashDrawer(random);
  const hex = (): string =>
    Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  const send = sender(collector, project);

  for (let index = 0; index < VISITS; index++) {
    const visit = drawVisit(random, index, now);
    if (visit === undefined) continue;
    const { at, attrs, crashRate } = visit;
    const luck = random();
    const base = {
      sid: hex(),
      started: new Date(at).toISOString(),
      attrs,
      ...(random() < 0.7 ? { did: `user-${Math.floor(random() * 220)}` } : {}),
    };
    for (const { after, ...state } of updatesOf(luck, crashRate)) {
      const sentAt = Math.min(at + after, now);
      const session = { ...base, timestamp: new Date(sentAt).toISOString(), ...state };
      const hasError = state.errors > 0;
      const events = hasError ? [sampleEvent(session, hex(), drawCrash(attrs.release))] : [];
      send([session], sentAt, events);
    }
  }
  sendMistakes(send, hex, now);
}
