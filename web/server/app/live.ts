import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Collector } from '../collector/collector.js';
import { describe } from '../rules/metric.js';
import { readFilter, type Filter } from '../metrics/filter.js';
import { summarise } from './summary.js';
import { RANGES, type Range } from '../metrics/timeline.js';
import type { ItemRecord, RequestRecord } from '../collector/records.js';
import { textPage, type Page } from './page.js';
import type { RequestView } from './views.js';

/** Bounds of one flush: so many requests, and so many characters of JSON. */
const MAX_REQUESTS = 300;
const MAX_CHARACTERS = 2 << 20;
const MAX_BODY = 8192;
const MAX_ITEMS = 100;
const MAX_METRICS = 20;
const MAX_REASON = 1000;
const MAX_STREAMS = 100;
/** Between two flushes: at least this, and ten times what the last one took. */
const PAUSE_MS = 100;
const PAUSE_FACTOR = 10;
const REFRESH_MS = 10_000;

const cut = (text: string, max: number): string =>
  text.length > max ? `${text.slice(0, max)}…` : text;

const itemView = (item: ItemRecord): RequestView['items'][number] => ({
  ...item,
  reason: cut(item.reason, MAX_REASON),
  warnings: item.warnings.slice(0, 10),
  metrics: item.metrics.slice(0, MAX_METRICS).map(describe),
  moreMetrics: Math.max(0, item.metrics.length - MAX_METRICS),
});

function view(record: RequestRecord): RequestView {
  const { number, receivedAt, method, status, bytes, envelope, body, items, warnings } = record;
  return {
    number,
    receivedAt,
    method,
    status,
    bytes,
    reason: cut(record.reason, MAX_REASON),
    warnings,
    envelope,
    body: cut(body, MAX_BODY),
    items: items.slice(0, MAX_ITEMS).map(itemView),
    moreItems: Math.max(0, items.length - MAX_ITEMS),
  };
}

/** The newest of the requests that fit, as JSON in their order. */
function newest(requests: readonly RequestRecord[], after: number): string[] {
  const list: string[] = [];
  let characters = 0;
  for (let at = requests.length - 1; at >= 0 && list.length < MAX_REQUESTS; at--) {
    const record = requests[at];
    if (record === undefined || record.number <= after) break;
    const text = JSON.stringify(view(record));
    characters += text.length;
    if (characters > MAX_CHARACTERS && list.length > 0) break;
    list.push(text);
  }
  return list.reverse();
}

/** One stream of events: `summary` with all figures, `requests` with what is new in the list. */
class Stream {
  #last = -1;
  #timer: NodeJS.Timeout | undefined;
  #pause = PAUSE_MS;

  constructor(
    private readonly collector: Collector,
    private readonly response: ServerResponse,
    private readonly project: string,
    private readonly filter: Filter,
    private readonly range: Range | undefined,
  ) {}

  /** Sends what is new a little later, and what comes until then with it. */
  schedule(): void {
    this.#timer ??= setTimeout(() => this.flush(), this.#pause);
  }

  flush(): void {
    this.#timer = undefined;
    // Who does not read gets nothing more until it has read what it got.
    if (this.response.writableNeedDrain || this.response.destroyed) return;
    const begin = performance.now();
    const kept = this.collector.requests(this.project);
    // At first, and after a reset of the project, the list begins anew.
    const isReset = this.#last < 0 || (kept.at(-1)?.number ?? 0) < this.#last;
    if (isReset) this.#last = 0;
    const list = newest(kept, this.#last);
    this.#send(
      'summary',
      JSON.stringify(summarise(this.collector, this.project, this.filter, this.range)),
    );
    if (list.length > 0 || isReset) {
      this.#send('requests', `{"reset":${isReset},"list":[${list.join(',')}]}`);
      this.#last = kept.at(-1)?.number ?? 0;
    }
    this.#pause = Math.max(PAUSE_MS, PAUSE_FACTOR * (performance.now() - begin));
  }

  #send(event: string, data: string): void {
    this.response.write(`event: ${event}\ndata: ${data}\n\n`);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** Serves streams of events; a page that answers with the reason if there are too many. */
export class Live {
  #open = 0;

  constructor(private readonly collector: Collector) {}

  serve(
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
  ): Page | undefined {
    const { collector } = this;
    if (this.#open >= MAX_STREAMS) return textPage(503, 'Too many pages are open already.');
    this.#open++;
    const project = query.get('project') ?? collector.projects()[0] ?? '1';
    const wanted = query.get('range') ?? '';
    const range = Object.hasOwn(RANGES, wanted) ? (wanted as Range) : undefined;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    const stream = new Stream(collector, response, project, readFilter(query), range);
    const off = collector.on('change', () => stream.schedule());
    // The timeline moves on even if nothing arrives; this also shows dead connections.
    const refresh = setInterval(() => stream.schedule(), REFRESH_MS);
    response.on('drain', () => stream.schedule());
    response.on('error', () => response.destroy());
    response.once('close', () => {
      this.#open--;
      off();
      stream.end();
      clearInterval(refresh);
    });
    stream.flush();
    return undefined;
  }
}
