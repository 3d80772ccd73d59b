import type { MetricEvent, MetricStatus } from './metric.js';
import { newId } from '../wire/uuid.js';
import { filteredBy } from './filters.js';
import { nameWarnings } from './names.js';
import {
  checkNames,
  Drop,
  finish,
  quote,
  shownPayload,
  type ItemResult,
  type RelayOptions,
  type Session,
} from './result.js';
import { readPayload, readUpdate, type SessionUpdate } from './session.js';
import { clockDrift, driftNote, iso, startFlaw, timeFlaw, timeWarnings } from './time.js';
import { tagsOf, userMetrics } from './user.js';

const OLD_STATUSES = ['ok', 'exited', 'errored', 'crashed', 'abnormal'];
const COUNTED: readonly MetricStatus[] = ['crashed', 'abnormal', 'unhandled'];
/** From this version of a project's metrics on the mechanism is a tag. */
const MECHANISM_VERSION = 2;
const LATEST_VERSION = 3;

function checkOldGeneration({ status, seq }: SessionUpdate): void {
  if (!OLD_STATUSES.includes(status)) {
    throw new Drop(`The status ${quote(status)} is unknown to a Relay of the old generation.`);
  }
  if (seq === (1n << 64n) - 1n) {
    throw new Drop('"seq" has its highest value, which a Relay of the old generation refuses.');
  }
}

/** The times of an update after all corrections; throws if the server does not take them. */
function correctTimes(
  update: SessionUpdate,
  options: RelayOptions,
  notes: string[],
): { started: number; timestamp: number } {
  const drift = clockDrift(options);
  if (update.started.offset || update.timestamp?.offset === true) {
    notes.push('its times were converted to UTC');
  }
  if (update.timestamp === undefined) notes.push('"timestamp" was missing: the time of receipt');
  if (drift !== 0) notes.push(driftNote(drift));
  const started = update.started.ms + drift;
  // Also where it was missing: Relay fills in the time of receipt before it corrects.
  let timestamp = (update.timestamp?.ms ?? options.receivedAt) + drift;
  if (timestamp < started) {
    // Without a timestamp of its own the session simply starts in the future.
    if (update.timestamp !== undefined) {
      notes.push('"timestamp" was before "started" and was raised to it');
    }
    timestamp = started;
  }
  const flaw =
    startFlaw(started, options.receivedAt) ?? timeFlaw('timestamp', timestamp, options.receivedAt);
  if (flaw !== undefined) throw new Drop(flaw);
  return { started, timestamp };
}

function mechanismOf({ status, mechanism }: SessionUpdate, notes: string[]): string | undefined {
  if (mechanism === undefined || status !== 'abnormal') return undefined;
  if (mechanism.known) return mechanism.text;
  notes.push(`the mechanism ${quote(mechanism.text)} is unknown and was removed`);
  return undefined;
}

function metricsOf(
  update: SessionUpdate,
  session: Session,
  started: number,
  options: RelayOptions,
): MetricEvent[] {
  const version = options.extractionVersion ?? LATEST_VERSION;
  if (version < 1 || version > LATEST_VERSION) return [];
  const { init, errors, status } = update;
  const errored = errors > 0n || (status !== 'ok' && status !== 'exited');
  const base = { ...tagsOf(update.attrs, options.sdk), time: started };
  const ends = COUNTED.filter((name) => name === status);
  const metrics: MetricEvent[] = [];
  if (init) metrics.push({ name: 'session', status: 'init', value: 1, ...base });
  if (errored) metrics.push({ name: 'error', value: session.sid, ...base });
  for (const name of ends) metrics.push({ name: 'session', status: name, value: 1, ...base });
  const mechanism = version < MECHANISM_VERSION ? undefined : session.abnormal_mechanism;
  metrics.push(...userMetrics(update.did, errored, ends, base, mechanism));
  return metrics;
}

function explain(update: SessionUpdate, metrics: readonly MetricEvent[]): string {
  const { init, status, errors } = update;
  const words = new Map([
    ['crashed', 'it crashed, which lowers the crash-free rate'],
    ['abnormal', 'it ended abnormally'],
    ['unhandled', 'it had an unhandled error, which does not lower the crash-free rate'],
    ['errored', 'it had errors'],
    ['ok', errors > 0n ? 'it had errors' : 'healthy so far'],
    ['exited', errors > 0n ? 'it ended, after errors' : 'it ended well'],
  ]);
  const state = words.get(status) ?? `its status ${quote(status)} is unknown and counts as errored`;
  if (init) return `A session started and was counted; ${state}.`;
  if (metrics.length === 0) {
    return `An update of a session that was counted before; ${state}. It changes no number.`;
  }
  return `An update of a session; ${state}. The number of sessions stays the same.`;
}

/** Does what a Relay does with an item of type `session`. */
export function processUpdate(
  payload: Uint8Array,
  options: RelayOptions,
  result: ItemResult,
): void {
  const node = readPayload(payload);
  result.payload = shownPayload(node);
  const update = readUpdate(node);
  if (options.generation === 'old') checkOldGeneration(update);
  const filtered = filteredBy(options.filters ?? {}, update.attrs);
  if (filtered !== undefined) throw new Drop(filtered);

  const notes: string[] = [];
  if (update.sid === undefined) {
    notes.push('"sid" was missing: a random one, so later updates cannot be matched');
  }
  const { started, timestamp } = correctTimes(update, options, notes);
  const { attrs, did, init, status, errors } = update;
  notes.push(...checkNames(attrs));
  const mechanism = mechanismOf(update, notes);

  const session: Session = {
    sid: update.sid ?? newId(),
    init,
    status,
    errors: Number(errors),
    started: iso(started),
    timestamp: iso(timestamp),
    release: attrs.release,
  };
  if (did !== undefined) session.did = did;
  if (attrs.environment) session.environment = attrs.environment;
  if (mechanism !== undefined) session.abnormal_mechanism = mechanism;
  result.session = session;
  result.metrics = metricsOf(update, session, started, options);
  result.warnings.push(
    ...nameWarnings(attrs.release, attrs.environment),
    ...timeWarnings(started, options),
  );
  finish(result, explain(update, result.metrics), notes);
}
