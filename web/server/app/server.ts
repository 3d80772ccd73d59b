import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bodies } from './bodies.js';
import { control } from './control.js';
import { serveFile } from './files.js';
import { refusedCaller, refusedName, type Hosts } from './hosts.js';
import { explainListen, originFor } from './listen.js';
import { Live } from './live.js';
import { textPage, type Page } from './page.js';
import { Collector } from '../collector/collector.js';
import { MAX_BODY } from '../ingest/body.js';
import { CORS_HEADERS } from '../ingest/cors.js';
import { isIngest } from '../ingest/route.js';
import { parseUrl } from '../wire/url.js';

export type { Page } from './page.js';

/** The key in the DSN that is printed and used by the demo; any 32 characters work as well. */
const PUBLIC_KEY = 'c0ffeec0ffeec0ffeec0ffeec0ffee00';

export interface ServerOptions {
  /** 0, the default, takes a free port. */
  port?: number;
  /** The address to listen on; this machine only (127.0.0.1) if left out. */
  host?: string;
  /** Names under which pages may call the server, besides localhost and IP addresses. */
  allowedHosts?: readonly string[];
  /** The address that people use, such as `https://x.app.github.dev`, if a proxy stands in front. */
  publicUrl?: string;
  /** Serve the demo shop under /shop/. */
  demo?: boolean;
  quiet?: boolean;
  /** The collector to serve; a new one if left out. */
  collector?: Collector;
  /** The clock, in Unix milliseconds. */
  now?: () => number;
  /** More pages, asked before the built-in ones. */
  pages?: (request: IncomingMessage, url: URL) => Page | undefined | Promise<Page | undefined>;
}

export interface Server {
  /** What people type: the public address if there is one. */
  origin: string;
  port: number;
  collector: Collector;
  /** The DSN of a project of this server. */
  dsn(project?: string | number): string;
  /** Cuts all connections, also those that hang on purpose. */
  close(): Promise<void>;
}

/** What an order may have: a fault can carry a body. */
const MAX_ORDER = 2 << 20;
const ONLY_GET = 'Only GET works here.';

function send(response: ServerResponse, page: Page): void {
  if (response.destroyed) return;
  response.writeHead(page.status ?? 200, {
    'x-content-type-options': 'nosniff',
    ...page.headers,
  });
  response.end(page.body);
}

/** Answers every request; which one, is decided by its address. */
class Handler {
  readonly #bodies = new Bodies();
  readonly #live: Live;
  readonly #now: () => number;

  constructor(
    readonly collector: Collector,
    readonly options: ServerOptions,
    readonly hosts: Hosts,
    /** The address of the server; known once it listens. */
    readonly address: { origin: string; dsn(): string },
  ) {
    this.#live = new Live(collector);
    this.#now = options.now ?? Date.now;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? '/';
    const { origin } = this.address;
    const url = parseUrl(target, origin) ?? new URL(origin);
    const own = await this.options.pages?.(request, url);
    if (own !== undefined) return send(response, own);
    if (isIngest(target)) return this.#ingest(request, response);
    const isData = url.pathname === '/live' || url.pathname.startsWith('/api/');
    const refusal = isData ? refusedCaller : refusedName;
    const refused = refusal(request.headers, this.hosts);
    if (refused !== undefined) return send(response, textPage(403, refused));
    const page = isData
      ? await this.#data(request, response, url)
      : await this.#file(request.method ?? 'GET', url);
    if (page !== undefined) send(response, page);
  }

  async #ingest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const receivedAt = this.#now();
    const body = await this.#bodies.read(request, MAX_BODY);
    if (body === 'busy') {
      return send(response, textPage(503, 'Too much is being received at once.', CORS_HEADERS));
    }
    const answer = this.collector.ingest({
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      headers: request.headers,
      body: body === 'too large' ? new Uint8Array(MAX_BODY + 1) : body,
      receivedAt,
    });
    if (answer.drop === 'hang') return;
    if (answer.delayMs !== undefined) {
      await new Promise((done) => setTimeout(done, answer.delayMs).unref());
    }
    if (answer.drop !== undefined) request.socket.destroy();
    else send(response, answer);
  }

  async #data(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
  ): Promise<Page | undefined> {
    const method = request.method ?? 'GET';
    if (url.pathname === '/live') {
      // A HEAD would hold one of the streams for ever, and never be sent a byte.
      if (method !== 'GET') return textPage(405, ONLY_GET);
      return this.#live.serve(request, response, url.searchParams);
    }
    const body = method === 'GET' ? Buffer.of() : await this.#bodies.read(request, MAX_ORDER);
    if (body === 'busy') return textPage(503, 'Too much is being received at once.');
    if (body === 'too large') return textPage(413, 'An order is short.');
    return (
      control(this.collector, method, url, body.toString()) ??
      textPage(404, 'There is no such address in the API.')
    );
  }

  async #file(method: string, url: URL): Promise<Page> {
    const { origin, dsn } = this.address;
    const { demo = true } = this.options;
    const page = await serveFile(url.pathname, { dsn: dsn(), origin, demo });
    if (page === undefined) return textPage(404, 'There is no such page.');
    return method === 'GET' || method === 'HEAD' ? page : textPage(405, ONLY_GET);
  }
}

/** Starts the collector with its pages. Rejects with a message that says what to do. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const { port: wanted = 0, host = '127.0.0.1', collector = new Collector() } = options;
  const publicUrl = options.publicUrl === undefined ? undefined : new URL(options.publicUrl);
  const address = { origin: '', dsn: () => dsn() };
  const dsn = (project: string | number = 1): string =>
    address.origin.replace('://', `://${PUBLIC_KEY}@`) + `/${project}`;
  const hosts: Hosts = { allowed: options.allowedHosts ?? [], ...(publicUrl && { publicUrl }) };
  const handler = new Handler(collector, options, hosts, address);

  const server = createServer((request, response) => {
    response.on('error', () => response.destroy());
    handler.handle(request, response).catch((error: unknown) => {
      // A client that goes away in the middle of its request is no error of ours.
      if (request.destroyed && !request.complete) return;
      if (!options.quiet) console.error(error);
      if (response.headersSent) response.destroy();
      else send(response, textPage(500, 'The server has a bug; see its console.'));
    });
  });
  // A page that keeps a connection open must not be cut while it sends.
  server.keepAliveTimeout = 60_000;

  await new Promise<void>((started, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      failed(new Error(explainListen(error, wanted, host), { cause: error }));
    });
    server.listen(wanted, host, started);
  });
  const { port } = server.address() as AddressInfo;
  address.origin = publicUrl?.origin ?? originFor(host, port);

  return {
    origin: address.origin,
    port,
    collector,
    dsn,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
