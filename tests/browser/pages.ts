import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Scripts } from './subjects/index.js';
import { snippet } from '../readme/snippets.js';

/** How a page takes the library in. */
export type Load =
  /** A blocking script tag with data attributes. */
  | 'tag'
  | 'async'
  | 'defer'
  /** A blocking script tag, then an inline `crashfree.init(options)`. */
  | 'script'
  /** `import { init }` in a module script. */
  | 'module'
  /** A plain page, without the library. */
  | 'none';

/** One page of a case. */
export interface PageSpec {
  load?: Load;
  /** Source of an object literal; what is set here goes over the DSN and the release. */
  options?: string;
  /** Markup before the library. */
  head?: string;
  /** Markup after the library. */
  body?: string;
  /** Markup in place of the whole library snippet. */
  library?: (site: LibrarySite) => string;
  headers?: Record<string, string>;
}

/** A served file: scripts that throw, frames and the like. */
export interface FileSpec {
  type?: string;
  body: string;
  status?: number;
  headers?: Record<string, string>;
}

/** What a library snippet is made of. */
export interface LibrarySite {
  /** Address of the classic script. */
  script: string;
  /** Address of the ES module. */
  module: string;
  dsn: string;
  /** The DSN of a second project. */
  secondDsn: string;
  release: string;
  environment: string;
  /** The data attributes of a script tag. */
  data: string;
}

/**
 * Keeps errors from before an asynchronous script has come; the snippet of the README.
 * It has to stand before all other scripts.
 */
export const preListener = snippet('early', {});

/**
 * A rejection whose handler comes late: a task after it was told of, not a time after it was thrown,
 * for a busy engine may tell of it later than any timer, and never tells of one that is handled by
 * then.
 */
export const handledLate = `const late = Promise.reject(new Error('handled late'));
  const told = new MessageChannel();
  told.port1.onmessage = () => late.catch(() => {});
  addEventListener('unhandledrejection', () => told.port2.postMessage(0), { once: true });`;

/** The nonce of all scripts, for pages with a policy. */
const nonce = 'nonce="n"';

export function tag(site: LibrarySite, attributes = ''): string {
  return `<script ${nonce} ${attributes} src="${site.script}" ${site.data}></script>`;
}

/** Source of the options that a page gives to `init`. */
export function initOptions(site: LibrarySite, options = '{}'): string {
  const { dsn, release, environment } = site;
  return `Object.assign(${JSON.stringify({ dsn, release, environment })}, ${options})`;
}

function libraryMarkup(spec: PageSpec, site: LibrarySite): string {
  if (spec.library) return spec.library(site);
  const options = initOptions(site, spec.options);
  switch (spec.load ?? (spec.options === undefined ? 'tag' : 'script')) {
    case 'tag':
      return tag(site);
    case 'async':
      return tag(site, 'async');
    case 'defer':
      return tag(site, 'defer');
    case 'script':
      return `<script ${nonce} src="${site.script}"></script><script ${nonce}>window.client = crashfree.init(${options})</script>`;
    case 'module':
      return `<script ${nonce} type="module">import * as crashfree from '${site.module}';
        window.crashfreeModule = crashfree; window.client = crashfree.init(${options})</script>`;
    case 'none':
      return '';
  }
}

export function html(spec: PageSpec, site: LibrarySite): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>page</title>
<link rel="icon" href="data:,">
${spec.head ?? ''}
${libraryMarkup(spec, site)}
</head><body>
${spec.body ?? ''}
</body></html>`;
}

export interface Hit {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  at: number;
}

/** What a path answers; it may need the body of the request. */
export type Route = (path: string, body: () => Promise<string>) => Answer;
type Answer = FileSpec | undefined | Promise<FileSpec | undefined>;

/** The body of a request as text. */
async function textOf(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of req as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString();
}

/**
 * Serves the pages, on two ports, since another port is another origin. Requests for
 * `/NUMBER/path` go to the route of that number; the library is under `/lib/SUBJECT/`.
 */
export class PageServer {
  readonly #servers = [0, 1].map(() =>
    createServer((req, res) => {
      this.#answer(req, res).catch((error: unknown) => res.writeHead(500).end(String(error)));
    }),
  );
  readonly #routes = new Map<string, Route>();
  readonly #events = new EventEmitter<{ hit: [] }>();
  readonly hits: Hit[] = [];
  readonly scripts = new Map<string, Scripts>();

  constructor() {
    this.#events.setMaxListeners(0);
  }

  async listen(): Promise<void> {
    for (const server of this.#servers) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
  }

  get origins(): [string, string] {
    const [first, second] = this.#servers.map(
      (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    );
    return [first!, second!];
  }

  route(number: string, route: Route): void {
    this.#routes.set(number, route);
  }

  /** Calls back after each request; returns the way to stop that. */
  onHit(listener: () => void): () => void {
    this.#events.on('hit', listener);
    return () => this.#events.off('hit', listener);
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = new URL(req.url ?? '/', 'http://127.0.0.1').pathname;
    const hit: Hit = { method: req.method ?? 'GET', path, headers: req.headers, at: Date.now() };
    this.hits.push(hit);
    const file = await this.#find(path, () => textOf(req));
    req.resume();
    res.writeHead(file ? (file.status ?? 200) : 404, {
      'content-type': file?.type ?? 'text/html; charset=utf-8',
      ...file?.headers,
    });
    res.end(file?.body ?? 'not found');
    this.#events.emit('hit');
  }

  #find(path: string, body: () => Promise<string>): Answer {
    if (path === '/blank') return { body: '<!doctype html><title>blank</title>' };
    if (path === '/sandboxed') {
      return {
        body: '<!doctype html><title>without an origin</title>',
        headers: { 'content-security-policy': 'sandbox allow-scripts' },
      };
    }
    const [, first = '', ...rest] = path.split('/');
    if (first === 'lib') {
      const script = this.scripts.get(rest[0] ?? '')?.file(rest[1] ?? '');
      if (script === undefined) return undefined;
      return {
        type: 'text/javascript; charset=utf-8',
        body: script,
        headers: { 'cache-control': 'max-age=600', 'access-control-allow-origin': '*' },
      };
    }
    return this.#routes.get(first)?.(rest.join('/'), body);
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  }
}
