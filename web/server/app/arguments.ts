import { parseArgs } from 'node:util';
import type { InboundFilters } from '../rules/filters.js';
import { parseUrl } from '../wire/url.js';
import { OrderError, readFilters } from './orders.js';

export const DEFAULT_PORT = 8737;

export const HELP = `Usage: crashfree dev [options]

Runs a local collector with a live release-health page. Point the DSN of your page at it and see
what a Sentry server would count, and why.

Options
  --port N             port to listen on; 0 takes a free one (default ${DEFAULT_PORT}, or a free one)
  --host ADDRESS       address to listen on (default 127.0.0.1, this machine only)
  --allowed-host NAME  another name under which browsers may call it; may be repeated
  --public-url URL     its address behind a proxy (Codespaces, ngrok), for the DSN and its pages
  --filter NAME        an inbound filter of your project: localhost, legacy-browsers or
                       web-crawlers; may be repeated
  --filter-release GLOB  filter out these releases; may be repeated
  --filter-error GLOB  filter out events with these messages; may be repeated
  --data FILE          keep what arrives in this SQLite file, over restarts (default: in memory alone)
  --retention DAYS     how long the file keeps it (default 30)
  --demo               serve the demo shop as well, under /shop/
  --open               open the page in the browser
  --help               print this text
`;

export const SEE_HELP = '`crashfree dev --help` lists the options.';

/** What is wrong with the command line. */
class ArgumentError extends Error {}

export interface Arguments {
  command: string[];
  help: boolean;
  port?: number;
  host: string;
  allowedHosts: string[];
  publicUrl?: string;
  filters: InboundFilters;
  data?: string;
  retentionDays: number;
  demo: boolean;
  open: boolean;
}

const FILTERS = new Map([
  ['localhost', 'localhost'],
  ['legacy-browsers', 'legacyBrowsers'],
  ['web-crawlers', 'webCrawlers'],
]);

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        'allowed-host': { type: 'string', multiple: true, default: [] },
        'public-url': { type: 'string' },
        filter: { type: 'string', multiple: true, default: [] },
        'filter-release': { type: 'string', multiple: true, default: [] },
        'filter-error': { type: 'string', multiple: true, default: [] },
        data: { type: 'string' },
        retention: { type: 'string' },
        demo: { type: 'boolean', default: false },
        open: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    // What follows its first sentence is about arguments that begin with a dash.
    const [problem = ''] = (error as Error).message.split('. ');
    throw new ArgumentError(`${problem}. ${SEE_HELP}`);
  }
}

/** An empty value is a variable of a shell that nobody set, and never what is meant. */
function refuseEmpty(values: object): void {
  for (const [name, value] of Object.entries(values)) {
    if ([value].flat().includes('')) throw new ArgumentError(`--${name} must not be empty.`);
  }
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new ArgumentError(`--port must be a number between 0 and 65535; got ${text}`);
}

const DEFAULT_RETENTION = 30;

function readRetention(text: string | undefined, data: string | undefined): number {
  if (text === undefined) return DEFAULT_RETENTION;
  if (data === undefined) throw new ArgumentError('--retention needs --data');
  const days = /^\d{1,5}(?:\.\d{1,3})?$/.test(text) ? Number(text) : NaN;
  if (days > 0) return days;
  throw new ArgumentError(`--retention must be a number of days above 0; got ${text}`);
}

function readHost(name: string): string {
  if (/^(?:[a-z0-9-]+\.)*[a-z0-9-]+(?::\d{1,5})?$/i.test(name)) return name;
  throw new ArgumentError(`--allowed-host must be a name such as x.example; got ${name}`);
}

function readPublicUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = parseUrl(text);
  const isPlain =
    url !== undefined && `${url.origin}/` === url.href && /^https?:$/.test(url.protocol);
  if (isPlain) return url.origin;
  throw new ArgumentError(
    `--public-url must be an address without a path, such as https://x.app.github.dev; got ${text}`,
  );
}

function filtersOf(names: string[], releases: string[], errorMessages: string[]): InboundFilters {
  const filters: Record<string, unknown> = {};
  for (const name of names) {
    const key = FILTERS.get(name);
    if (key === undefined) {
      throw new ArgumentError(
        `--filter must be one of ${[...FILTERS.keys()].join(', ')}; got ${name}`,
      );
    }
    filters[key] = true;
  }
  try {
    return readFilters({
      ...filters,
      ...(releases.length > 0 && { releases }),
      ...(errorMessages.length > 0 && { errorMessages }),
    });
  } catch (error) {
    if (!(error instanceof OrderError)) throw error;
    throw new ArgumentError(error.message);
  }
}

/** Reads the command line; throws an ArgumentError that says what is wrong. */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  refuseEmpty(values);
  const port = readPort(values.port);
  const publicUrl = readPublicUrl(values['public-url']);
  return {
    command: positionals,
    help: values.help,
    host: values.host,
    allowedHosts: values['allowed-host'].map(readHost),
    filters: filtersOf(values.filter, values['filter-release'], values['filter-error']),
    retentionDays: readRetention(values.retention, values.data),
    demo: values.demo,
    open: values.open,
    ...(values.data === undefined ? {} : { data: values.data }),
    ...(port === undefined ? {} : { port }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
  };
}
