import { isCrawler, isLegacy } from './browsers.js';
import { MAX_RELEASE_BYTES } from './names.js';
import { matchesGlob } from './glob.js';

/** The inbound filters of a project. All are off by default. */
export interface InboundFilters {
  /** Patterns of releases, such as `shop@1.*`. */
  releases?: string[];
  /** Visits from 127.0.0.1 and ::1, by `ip_address`. */
  localhost?: boolean;
  /** `true` for the default list, or the names of lists. */
  legacyBrowsers?: boolean | string[];
  webCrawlers?: boolean;
  /** Patterns of error messages; for events, as sessions have none. */
  errorMessages?: string[];
}

/** What the filters look at. */
interface Filtered {
  release?: string;
  ipAddress?: string;
  userAgent?: string;
  /** Of an event, with the types of its errors. */
  messages?: readonly string[];
}

/** A user agent longer than this is no browser's. */
const MAX_USER_AGENT = 4096;

/** Why the project's settings keep these sessions out; undefined if they do not. */
export function filteredBy(filters: InboundFilters, filtered: Filtered): string | undefined {
  const { release, ipAddress } = filtered;
  const userAgent = filtered.userAgent?.slice(0, MAX_USER_AGENT);
  const { legacyBrowsers } = filters;
  const lists = legacyBrowsers === true ? ['default'] : legacyBrowsers || [];
  if (
    release !== undefined &&
    release.length <= MAX_RELEASE_BYTES &&
    filters.releases?.some((glob) => matchesGlob(glob, release))
  ) {
    return 'The project filters out this release (inbound filter).';
  }
  if (userAgent !== undefined && isLegacy(userAgent, lists)) {
    return 'The project filters out legacy browsers (inbound filter).';
  }
  if (filters.webCrawlers && userAgent !== undefined && isCrawler(userAgent)) {
    return 'The project filters out web crawlers (inbound filter).';
  }
  if (filters.localhost && (ipAddress === '::1' || ipAddress === '127.0.0.1')) {
    return 'The project filters out visits from localhost (inbound filter).';
  }
  const { errorMessages = [] } = filters;
  const isFiltered = (text: string): boolean =>
    errorMessages.some((glob) => matchesGlob(glob, text));
  if (filtered.messages?.some(isFiltered)) {
    return 'The project filters out this error message (inbound filter).';
  }
  return undefined;
}
