import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Collector, RequestRecord } from '../collector.js';
import { describe } from '../metrics/event.js';
import type { Filter } from '../metrics/store.js';
import { RANGES, summarise, type Range, type RequestView } from '../metrics/summary.js';

const FIRST = 300;
const MAX_SHOWN_BODY = 8192;
const PAUSE_MS = 100;
const REFRESH_MS = 10_000;

/** The filter in a query string; an empty environment means "without environment". */
export function readFilter(query: URLSearchParams): Filter {
  const filter: Filter = {};
  const release = query.get('release');
  const environment = query.get('environment');
  if (release !== null) filter.release = release;
  if (environment !== null) filter.environment = environment;
  return filter;
}

function view(record: RequestRecord): RequestView {
  const { number, receivedAt, method, status, bytes, reason, envelope, body, items } = record;
  return {
    number,
    receivedAt,
    method,
    status,
    bytes,
    reason,
    envelope,
    body: body.length > MAX_SHOWN_BODY ? `${body.slice(0, MAX_SHOWN_BODY)}…` : body,
    items: items.map((item) => ({ ...item, metrics: item.metrics.map(describe) })),
  };
}

/** Server-sent events: `summary` with all figures, `requests` with what is new in the list. */
export function serveLive(
  collector: Collector,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): void {
  const project = query.get('project') ?? collector.projects()[0] ?? '1';
  const filter = readFilter(query);
  const wanted = query.get('range') ?? '';
  const range = Object.hasOwn(RANGES, wanted) ? (wanted as Range) : undefined;
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });

  let last = -1;
  let timer: NodeJS.Timeout | undefined;
  const send = (event: string, data: unknown): void => {
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const flush = (): void => {
    timer = undefined;
    const kept = collector.requests(project);
    // At first, and after a reset of the project, the list begins anew.
    const isReset = last < 0 || (kept.at(-1)?.number ?? 0) < last;
    if (isReset) last = 0;
    const fresh = kept.filter(({ number }) => number > last).slice(-FIRST);
    send('summary', summarise(collector, project, filter, range));
    if (fresh.length > 0 || isReset) {
      send('requests', { reset: isReset, list: fresh.map(view) });
      last = fresh.at(-1)?.number ?? 0;
    }
  };
  const off = collector.on('change', () => {
    timer ??= setTimeout(flush, PAUSE_MS);
  });
  // The timeline moves on even if nothing arrives; this also shows dead connections.
  const refresh = setInterval(flush, REFRESH_MS);
  const end = (): void => {
    off();
    clearTimeout(timer);
    clearInterval(refresh);
  };
  request.on('close', end);
  response.on('close', end);
  flush();
}
