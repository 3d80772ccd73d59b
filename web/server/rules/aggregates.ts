import type { MetricEvent, MetricStatus } from './metric.js';
import { filteredBy } from './filters.js';
import { nameWarnings } from './names.js';
import {
  checkNames,
  Drop,
  finish,
  shownPayload,
  type ItemResult,
  type RelayOptions,
} from './result.js';
import { readAggregates, readPayload, type Bucket } from './session.js';
import { clockDrift, driftNote, startFlaw, timeWarnings } from './time.js';
import { tagsOf, userMetrics, type Tags } from './user.js';

/** Relay adds the counters of a bucket in 32 bits, which wrap. */
const sum = (...counters: number[]): number =>
  counters.reduce((total, counter) => (total + counter) >>> 0, 0);

/** The metrics of one bucket, and how many sessions it counts. */
function metricsOf(bucket: Bucket, base: Tags & { time: number }): MetricEvent[] {
  const { exited, errored, abnormal, unhandled, crashed } = bucket;
  const bad = sum(errored, abnormal, unhandled, crashed);
  const counts: [MetricStatus, number][] = [
    ['init', sum(exited, bad)],
    ['errored_preaggr', bad],
    ['crashed', crashed],
    ['abnormal', abnormal],
    ['unhandled', unhandled],
  ];
  const metrics: MetricEvent[] = [];
  for (const [status, value] of counts) {
    if (value > 0) metrics.push({ name: 'session', status, value, ...base });
  }
  const ends = counts.slice(2).flatMap(([status, value]) => (value > 0 ? [status] : []));
  metrics.push(...userMetrics(bucket.did, bad > 0, ends, base));
  return metrics;
}

/** Does what a Relay does with an item of type `sessions`. */
export function processAggregates(
  payload: Uint8Array,
  options: RelayOptions,
  result: ItemResult,
): void {
  const node = readPayload(payload);
  result.payload = shownPayload(node);
  const { buckets, attrs } = readAggregates(node, options.maxBuckets);
  result.buckets = buckets.length;
  const filtered = filteredBy(options.filters ?? {}, attrs);
  if (filtered !== undefined) throw new Drop(filtered);

  const notes: string[] = [];
  const drift = clockDrift(options);
  if (drift !== 0 && buckets.length > 0) notes.push(driftNote(drift));
  const flaws = buckets.map(({ started }) => startFlaw(started.ms + drift, options.receivedAt));
  const kept = buckets.filter((_bucket, index) => flaws[index] === undefined);
  if (kept.length === 0 && buckets.length > 0) {
    throw new Drop(`No bucket has a time that the server takes. ${flaws[0] ?? ''}`);
  }
  if (kept.length < buckets.length) {
    const lost = buckets.length - kept.length;
    notes.push(`${lost} of ${buckets.length} buckets dropped as too old or in the future`);
  }
  notes.push(...checkNames(attrs));
  if (kept.some(({ started }) => started.offset)) notes.push('its times were converted to UTC');

  const tags = tagsOf(attrs, options.sdk);
  let [oldest, newest] = [Infinity, -Infinity];
  for (const bucket of kept) {
    const time = bucket.started.ms + drift;
    [oldest, newest] = [Math.min(oldest, time), Math.max(newest, time)];
    const isOld = options.generation === 'old';
    const counted = isOld ? { ...bucket, unhandled: 0 } : bucket;
    result.metrics.push(...metricsOf(counted, { ...tags, time }));
  }
  const ages = [oldest, newest]
    .filter(Number.isFinite)
    .flatMap((time) => timeWarnings(time, options));
  result.warnings.push(...nameWarnings(attrs.release, attrs.environment), ...new Set(ages));
  const sessions = result.metrics
    .filter(({ status, name }) => name === 'session' && status === 'init')
    .reduce((total, { value }) => total + Number(value), 0);
  finish(
    result,
    sessions === 0
      ? 'An aggregate without sessions: nothing to count.'
      : `${sessions} finished ${sessions === 1 ? 'session was' : 'sessions were'} counted.`,
    notes,
  );
}
