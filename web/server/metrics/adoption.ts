import { add, busiest } from './busiest.js';
import type { Series } from './store.js';
import { startedSince } from './timeline.js';
import { newestFirst } from './versions.js';

/** How the sessions of the last 24 hours of one environment spread over the releases. */
export interface Adoption {
  environment: string;
  sessions: number;
  releases: { release: string; sessions: number; share: number; adopted: boolean }[];
}

const DAY = 24 * 3600_000;
/** Releases with at least this share of an environment count as adopted, as in Sentry. */
const ADOPTED = 0.1;

/** One entry for each of these environments in which a session has started. */
export function adoptionOf(
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
    add(counts, entry.release, sessions);
  }
  return environments.flatMap((environment): Adoption[] => {
    const counts = found.get(environment);
    if (environment === '' || counts === undefined) return [];
    const sessions = [...counts.values()].reduce((total, count) => total + count, 0);
    const shown = newestFirst(busiest(counts));
    const releases = shown.map((release) => {
      const share = (counts.get(release) ?? 0) / sessions;
      return { release, sessions: counts.get(release) ?? 0, share, adopted: share >= ADOPTED };
    });
    return [{ environment, sessions, releases }];
  });
}
