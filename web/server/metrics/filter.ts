/** Which series to look at. An environment of '' means sessions without environment. */
export interface Filter {
  release?: string;
  environment?: string;
}

/** The filter in a query, of the page's address as of a request of its own. */
export function readFilter(query: URLSearchParams): Filter {
  const filter: Filter = {};
  const release = query.get('release');
  const environment = query.get('environment');
  if (release !== null) filter.release = release;
  if (environment !== null) filter.environment = environment;
  return filter;
}
