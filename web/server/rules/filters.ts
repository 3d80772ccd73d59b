import type { Attributes } from './session.js';

/** The inbound filters of a project. All are off by default. */
export interface InboundFilters {
  /** Release patterns; `*` stands for any text. */
  releases?: string[];
  localhost?: boolean;
  legacyBrowsers?: boolean;
  webCrawlers?: boolean;
}

const LEGACY =
  /MSIE [1-9]\.|MSIE 10\.|Trident\/|Opera Mini|Android [1-3]\.|Version\/[1-5]\..*Safari/;
const CRAWLER =
  /googlebot|mediapartners-google|adsbot-google|bingbot|bingpreview|baiduspider|slurp|yandex|facebook|linkedinbot|twitterbot|slackbot|discordbot|sogou|ahrefsbot|semrushbot|crawler|spider/i;

const matches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  ).test(text);

/** Why the project's settings keep these sessions out; undefined if they do not. */
export function filteredBy(filters: InboundFilters, attrs: Attributes): string | undefined {
  const { release, ipAddress, userAgent } = attrs;
  if (filters.releases?.some((pattern) => matches(pattern, release))) {
    return 'The project filters out this release (inbound filter).';
  }
  if (filters.legacyBrowsers && userAgent !== undefined && LEGACY.test(userAgent)) {
    return 'The project filters out legacy browsers (inbound filter).';
  }
  if (filters.webCrawlers && userAgent !== undefined && CRAWLER.test(userAgent)) {
    return 'The project filters out web crawlers (inbound filter).';
  }
  if (filters.localhost && (ipAddress === '::1' || ipAddress?.startsWith('127.'))) {
    return 'The project filters out visits from localhost (inbound filter).';
  }
  return undefined;
}
