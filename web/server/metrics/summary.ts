import type { Collector } from '../collector.js';
import type { ItemRecord, ProjectCounts } from '../records.js';
import type { Metrics } from './event.js';
import type { Filter } from './store.js';

export interface ReleaseRow {
  release: string;
  environments: string[];
  metrics: Metrics;
}

/** How the sessions of the last 24 hours of one environment spread over the releases. */
export interface Adoption {
  environment: string;
  sessions: number;
  releases: { release: string; sessions: number; share: number; adopted: boolean }[];
}

/** Sessions by their start; all lists have the length of `time`. */
export interface Timeline {
  stepMs: number;
  /** Unix seconds of the start of each point. */
  time: number[];
  healthy: number[];
  errored: number[];
  unhandled: number[];
  abnormal: number[];
  crashed: number[];
  /** Per cent; null where no session started. */
  crashFree: (number | null)[];
}

/** All figures of the release-health page for one project and filter. */
export interface Summary {
  project: string;
  projects: string[];
  releases: string[];
  environments: string[];
  counts: ProjectCounts;
  total: Metrics;
  releaseRows: ReleaseRow[];
  adoption: Adoption[];
  timeline: Timeline;
  faults: number;
  disabled: boolean;
}

/** A request as it is shown in the live list. */
export interface RequestView {
  number: number;
  receivedAt: number;
  method: string;
  status: number;
  bytes: number;
  reason: string;
  envelope?: unknown;
  body: string;
  items: (Omit<ItemRecord, 'metrics'> & { metrics: string[] })[];
}

export const RANGES = {
  '15m': { stepMs: 20_000, count: 45 },
  '1h': { stepMs: 60_000, count: 60 },
  '24h': { stepMs: 1800_000, count: 48 },
  '5d': { stepMs: 7200_000, count: 60 },
} as const;
export type Range = keyof typeof RANGES;

const DAY = 24 * 3600_000;
const ADOPTED = 0.1;

/** Newer versions first; text that is no number compares as text. */
const byVersion = (a: string, b: string): number => b.localeCompare(a, 'en', { numeric: true });

/** The smallest range that shows everything. */
function autoRange(oldest: number | undefined, now: number): Range {
  const age = now - (oldest ?? now);
  if (age < 14 * 60_000) return '15m';
  if (age < 59 * 60_000) return '1h';
  return age < DAY - 1800_000 ? '24h' : '5d';
}

export function summarise(
  collector: Collector,
  project: string,
  filter: Filter,
  range: Range | undefined,
  now = Date.now(),
): Summary {
  const store = collector.store(project);
  const series = store.series();
  const unique = (list: string[]): string[] => [...new Set(list)].sort(byVersion);
  const releases = unique(series.map(({ release }) => release));
  const environments = unique(series.map(({ environment }) => environment)).reverse();

  const releaseRows = releases
    .filter((release) => filter.release === undefined || filter.release === release)
    .map((release): ReleaseRow => ({
      release,
      environments: series
        .filter((entry) => entry.release === release)
        .map(({ environment }) => environment),
      metrics: store.total({ ...filter, release }),
    }))
    .filter(({ metrics }) => metrics.all + metrics.erroredAll + metrics.users.all > 0);

  const adoption = environments
    .filter((name) => name !== '' && (filter.environment ?? name) === name)
    .map((environment): Adoption => {
      const counts = releases.map((release) => ({
        release,
        sessions: store.total({ release, environment }, now - DAY).all,
      }));
      const sessions = counts.reduce((sum, entry) => sum + entry.sessions, 0);
      return {
        environment,
        sessions,
        releases: counts
          .filter((entry) => entry.sessions > 0)
          .map((entry) => {
            const share = entry.sessions / sessions;
            return { ...entry, share, adopted: share >= ADOPTED };
          }),
      };
    })
    .filter(({ sessions }) => sessions > 0);

  const { stepMs, count } = RANGES[range ?? autoRange(store.oldest(filter), now)];
  const from = (Math.floor(now / stepMs) - count + 1) * stepMs;
  const points = store.timeline(filter, from, stepMs, count);
  return {
    project,
    projects: collector.projects(),
    releases,
    environments,
    counts: { ...collector.counts(project) },
    total: store.total(filter),
    releaseRows,
    adoption,
    timeline: {
      stepMs,
      time: points.map((_point, index) => (from + index * stepMs) / 1000),
      healthy: points.map(({ healthy }) => healthy),
      errored: points.map(({ errored }) => errored),
      unhandled: points.map(({ unhandled }) => unhandled),
      abnormal: points.map(({ abnormal }) => abnormal),
      crashed: points.map(({ crashed }) => crashed),
      crashFree: points.map(({ crashFreeRate }) => crashFreeRate && 100 * crashFreeRate),
    },
    faults: collector.faults(project).reduce((sum, fault) => sum + (fault.times ?? 1), 0),
    disabled: collector.settings(project).disabled,
  };
}
