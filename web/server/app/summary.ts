import type { Collector } from '../collector/collector.js';
import type { ProjectCounts, ProjectSettings } from '../collector/records.js';
import { adoptionOf, type Adoption } from '../metrics/adoption.js';
import { add, busiest, MAX_LISTED } from '../metrics/busiest.js';
import type { Metrics } from '../metrics/figures.js';
import type { IssueRow } from '../metrics/issues.js';
import { Numbers } from '../metrics/numbers.js';
import type { Filter } from '../metrics/filter.js';
import type { Series } from '../metrics/store.js';
import {
  autoRange,
  oldestCell,
  timelineOf,
  type Range,
  type Timeline,
} from '../metrics/timeline.js';
import { latestFirst, newestFirst } from '../metrics/versions.js';

export interface ReleaseRow {
  release: string;
  environments: string[];
  metrics: Metrics;
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

/** A row for each release, of the series that the filter leaves. */
function releaseRows(series: readonly Series[], filter: Filter): ReleaseRow[] {
  const sessions = new Map<string, number>();
  for (const { release, total } of series) add(sessions, release, 1 + total.counters.init);
  const shown = busiest(sessions);
  const rows = new Map<string, { environments: string[]; numbers: Numbers }>();
  for (const { release, environment, total } of series) {
    if (!shown.has(release) || (filter.release ?? release) !== release) continue;
    const row = rows.get(release) ?? { environments: [], numbers: new Numbers() };
    rows.set(release, row);
    row.environments.push(environment);
    if ((filter.environment ?? environment) === environment) row.numbers.merge(total);
  }
  return newestFirst(rows.keys())
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
  const releases = newestFirst(all.map(({ release }) => release));
  const environments = newestFirst(all.map(({ environment }) => environment)).reverse();
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
