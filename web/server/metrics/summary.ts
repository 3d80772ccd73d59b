import type { Collector, ProjectSettings } from '../collector.js';
import type { ProjectCounts } from '../records.js';
import type { Metrics } from './event.js';
import type { IssueRow } from './issues.js';
import { Numbers } from './numbers.js';
import type { Filter, Series } from './store.js';
import {
  autoRange,
  oldestCell,
  startedSince,
  timelineOf,
  type Range,
  type Timeline,
} from './timeline.js';

export { RANGES, type Range, type Timeline } from './timeline.js';

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
  filters: ProjectSettings['filters'];
  /** What crashed, and how many kinds of it there are in all. */
  issues: IssueRow[];
  issueCount: number;
  /** What the figures leave out, in sentences. */
  notes: string[];
}

const DAY = 24 * 3600_000;
const ADOPTED = 0.1;
/** A page does not show more of each; the busiest are shown. */
const MAX_LISTED = 100;

/** Names that end in numbers, such as `shop@1.4.0`; a commit has no order. */
const VERSION = /(?:^|@)v?\d+(?:\.\d+)+/;
const collator = new Intl.Collator('en', { numeric: true });

/** A name without what follows its version, and whether that is no `-rc.1`, which came before. */
function versionOf(name: string): [version: string, isFinal: boolean] {
  const found = VERSION.exec(name);
  const end = found ? found.index + found[0].length : name.length;
  return [name.slice(0, end), name[end] !== '-'];
}

/** Newer versions first; text that is no number compares as text. */
function byVersion(a: string, b: string): number {
  const [ours, isOursFinal] = versionOf(a);
  const [theirs, isTheirsFinal] = versionOf(b);
  return (
    collator.compare(theirs, ours) ||
    Number(isTheirsFinal) - Number(isOursFinal) ||
    collator.compare(b, a)
  );
}

const unique = (names: Iterable<string>): string[] => [...new Set(names)].sort(byVersion);

/** The `MAX_LISTED` keys with the highest numbers. */
function busiest(numbers: ReadonlyMap<string, number>): Set<string> {
  const sorted = [...numbers].sort(([, a], [, b]) => b - a).slice(0, MAX_LISTED);
  return new Set(sorted.map(([name]) => name));
}

const sum = (map: Map<string, number>, key: string, more: number): void => {
  map.set(key, (map.get(key) ?? 0) + more);
};

/** A row for each release, of the series that the filter leaves. */
function releaseRows(series: readonly Series[], filter: Filter): ReleaseRow[] {
  const sessions = new Map<string, number>();
  for (const { release, total } of series) sum(sessions, release, 1 + total.counters.init);
  const shown = busiest(sessions);
  const rows = new Map<string, { environments: string[]; numbers: Numbers }>();
  for (const { release, environment, total } of series) {
    if (!shown.has(release) || (filter.release ?? release) !== release) continue;
    const row = rows.get(release) ?? { environments: [], numbers: new Numbers() };
    rows.set(release, row);
    row.environments.push(environment);
    if ((filter.environment ?? environment) === environment) row.numbers.merge(total);
  }
  return unique(rows.keys())
    .map((release) => {
      const { environments = [], numbers = new Numbers() } = rows.get(release) ?? {};
      return {
        release,
        environments: environments.slice(0, MAX_LISTED),
        metrics: numbers.metrics(),
      };
    })
    .filter(({ metrics }) => metrics.all + metrics.erroredAll + metrics.users.all > 0);
}

function adoptionOf(
  series: readonly Series[],
  environments: readonly string[],
  now: number,
): Adoption[] {
  const found = new Map<string, Map<string, number>>();
  for (const entry of series) {
    const sessions = startedSince(entry, now - DAY);
    if (sessions === 0) continue;
    const counts = found.get(entry.environment) ?? new Map<string, number>();
    found.set(entry.environment, counts);
    sum(counts, entry.release, sessions);
  }
  return environments.flatMap((environment): Adoption[] => {
    const counts = found.get(environment);
    if (environment === '' || counts === undefined) return [];
    const sessions = [...counts.values()].reduce((total, count) => total + count, 0);
    const shown = unique(busiest(counts));
    const releases = shown.map((release) => {
      const share = (counts.get(release) ?? 0) / sessions;
      return { release, sessions: counts.get(release) ?? 0, share, adopted: share >= ADOPTED };
    });
    return [{ environment, sessions, releases }];
  });
}

function notesOf(collector: Collector, series: readonly Series[], listed: number): string[] {
  const notes: string[] = [];
  if (listed > MAX_LISTED) {
    notes.push(`Of ${listed} releases the ${MAX_LISTED} with the most sessions are shown.`);
  }
  if (series.some(({ total }) => total.isCut)) {
    notes.push('There are more errored sessions or users than the collector keeps apart.');
  }
  const { counted } = collector.budget.forgotten;
  if (counted > 0) {
    notes.push(
      `To stay within ${collector.budget.max >> 20} MiB, the collector forgot the figures of ` +
        `${counted} releases and environments that were quiet for longest.`,
    );
  }
  return notes;
}

/** When each release was first seen, in a session or in an event. */
function firstSeen(
  series: readonly Series[],
  events: ReadonlyMap<string, number>,
): Map<string, number> {
  const first = new Map(events);
  for (const { release, first: time } of series) {
    first.set(release, Math.min(time, first.get(release) ?? Infinity));
  }
  return first;
}

/** The releases, the latest first: by version where all have one, else by when they were seen first. */
function latestFirst(releases: ReadonlyMap<string, number>): string[] {
  const names = [...releases.keys()];
  if (names.every((name) => VERSION.test(name))) return names.sort(byVersion);
  return names.sort((a, b) => (releases.get(b) ?? 0) - (releases.get(a) ?? 0));
}

/** What crashed; new is what began in the chosen release, or else in the latest one. */
function issuesOf(
  collector: Collector,
  project: string,
  filter: Filter,
  series: readonly Series[],
): Pick<Summary, 'issues' | 'issueCount'> {
  const store = collector.issues(project);
  const releases = latestFirst(firstSeen(series, store.releases));
  const newest = filter.release ?? releases[0];
  const earlier = newest === undefined ? [] : releases.slice(releases.indexOf(newest) + 1);
  const hasEarlier = newest !== undefined && earlier.length > 0;
  const order = hasEarlier ? { newest, earlier: new Set(earlier) } : undefined;
  return { issues: store.rows(filter, order), issueCount: store.size };
}

/** Looks at every series a fixed number of times, whatever arrived. */
export function summarise(
  collector: Collector,
  project: string,
  filter: Filter,
  range: Range | undefined,
  now = Date.now(),
): Summary {
  const all = [...collector.store(project).series()];
  const matching = all.filter((series) => series.matches(filter));
  const releases = unique(all.map(({ release }) => release));
  const environments = unique(all.map(({ environment }) => environment)).reverse();
  const inEnvironment = environments.filter((name) => (filter.environment ?? name) === name);
  const total = new Numbers();
  for (const series of matching) total.merge(series.total);
  const { faults, disabled, filters } = collector.state(project);
  return {
    project,
    projects: collector.projects().slice(-MAX_LISTED),
    releases: releases.slice(0, 2 * MAX_LISTED),
    environments: environments.slice(0, 2 * MAX_LISTED),
    counts: { ...collector.counts(project) },
    total: total.metrics(),
    releaseRows: releaseRows(all, filter),
    adoption: adoptionOf(all, inEnvironment.slice(0, MAX_LISTED), now),
    timeline: timelineOf(matching, range ?? autoRange(oldestCell(matching), now), now),
    ...issuesOf(collector, project, filter, all),
    faults,
    disabled,
    filters,
    notes: notesOf(collector, all, releases.length),
  };
}
