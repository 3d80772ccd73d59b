import type { MetricEvent, RequestRecord } from '../../../web/server/collector/collector.js';
import { fnv1a, hashOfSid } from '../../../web/server/metrics/hash.js';
import type { SentBucket } from './file.js';

/** Buckets by name and tags: the sum of a counter, or the members of a set. */
type Buckets = Map<string, number | Set<number>>;

const TAGS = ['status', 'release', 'environment', 'sdk', 'mechanism'];

function add(buckets: Buckets, key: string, value: number | Iterable<number>): void {
  const before = buckets.get(key);
  if (typeof value === 'number') {
    buckets.set(key, (typeof before === 'number' ? before : 0) + value);
  } else {
    buckets.set(key, new Set([...(before instanceof Set ? before : []), ...value]));
  }
}

const keyOf = (bucket: Record<string, unknown>): string =>
  JSON.stringify([bucket['name'], ...TAGS.map((tag) => bucket[tag] ?? null)]);

/** What a Relay sent on. */
export function relayBuckets(sent: readonly SentBucket[]): Buckets {
  const out: Buckets = new Map();
  for (const bucket of sent) add(out, keyOf(bucket), bucket.value ?? bucket.set ?? []);
  return out;
}

function valueOf({ name, value }: MetricEvent): number | number[] {
  if (name === 'session') return Number(value);
  return [name === 'error' ? hashOfSid(String(value)) : fnv1a(String(value))];
}

/** What the collector made of the requests. */
export function collectorBuckets(requests: readonly RequestRecord[]): Buckets {
  const out: Buckets = new Map();
  for (const metric of requests.flatMap(({ items }) => items.flatMap(({ metrics }) => metrics))) {
    add(out, keyOf({ ...metric }), valueOf(metric));
  }
  return out;
}

/** Losses that clients reported, by list, category and reason. */
export function collectorReports(requests: readonly RequestRecord[]): Map<string, number> {
  const out = new Map<string, number>();
  const reports = requests.flatMap(({ items }) => items.flatMap(({ report }) => report ?? []));
  for (const { list, category, reason, quantity } of reports.flatMap(
    (report) => report.discarded,
  )) {
    const key = `${list === undefined ? '' : `${list}:`}${category}|${reason}`;
    out.set(key, (out.get(key) ?? 0) + quantity);
  }
  return out;
}

const shown = (value: number | Set<number> | undefined): string =>
  value instanceof Set
    ? `{${[...value].sort((a, b) => a - b).join(' ')}}`
    : String(value ?? 'none');

/** Every difference in one line; with `anySid` only the sizes of error sets are compared. */
export function differences(
  ours: Buckets,
  theirs: Buckets,
  { anySid = false }: { anySid?: boolean } = {},
): string[] {
  const out: string[] = [];
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    const [name] = JSON.parse(key) as string[];
    const show = (value: number | Set<number> | undefined): string =>
      anySid && name === 'error' && value instanceof Set ? `${value.size} of any` : shown(value);
    const [mine, relays] = [show(ours.get(key)), show(theirs.get(key))];
    if (mine !== relays) out.push(`${key} is ${mine}, Relay: ${relays}`);
  }
  return out;
}

/** The same for reports, where nothing and 0 are the same. */
export function reportDifferences(
  ours: ReadonlyMap<string, number>,
  theirs: Readonly<Record<string, number>> = {},
): string[] {
  return [...new Set([...ours.keys(), ...Object.keys(theirs)])]
    .filter((key) => (ours.get(key) ?? 0) !== (theirs[key] ?? 0))
    .map((key) => `report ${key} is ${ours.get(key) ?? 0}, Relay: ${theirs[key] ?? 0}`);
}
