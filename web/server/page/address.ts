/** What the page shows is in its address: a project, a release, an environment and a range of time. */
import { readFilter, type Filter } from '../metrics/filter.js';

type Part = 'project' | 'release' | 'environment' | 'range';

const query = new URLSearchParams(location.search);

export const project = (): string => query.get('project') ?? '1';

/** The chosen range; empty if the server is to choose one. */
export const range = (): string => query.get('range') ?? '';

export const nameFilter = (): Filter => readFilter(query);

/** The same as a query for the server. */
export function liveQuery(): URLSearchParams {
  const copy = new URLSearchParams(query);
  copy.set('project', project());
  return copy;
}

/** Puts a choice into the address; another project has other releases and environments. */
export function choose(part: Part, value: string | undefined): void {
  if (value === undefined) query.delete(part);
  else query.set(part, value);
  if (part === 'project') {
    query.delete('release');
    query.delete('environment');
  }
  const text = query.toString();
  history.replaceState(null, '', text === '' ? location.pathname : `?${text}`);
}
