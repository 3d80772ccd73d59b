import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Collector } from './collector.js';
import { control } from './app/control.js';
import { serveFile, type Page } from './app/files.js';
import { serveLive } from './app/live.js';
import { MAX_BODY } from './ingest/body.js';
import { isIngest } from './ingest/route.js';

export { Collector } from './collector.js';
export type { Page } from './app/files.js';

/** The key in the DSN that is printed and used by the demo; any 32 characters work as well. */
export const PUBLIC_KEY = 'c0ffeec0ffeec0ffeec0ffeec0ffee00';

export interface ServerOptions {
  /** 0, the default, takes a free port. */
  port?: number;
  /** The address to listen on; this machine only (127.0.0.1) if left out. */
  host?: string;
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
  origin: string;
  port: number;
  collector: Collector;
  /** The DSN of a project of this server. */
  dsn(project?: string | number): string;
  /** Cuts all connections, also those that hang on purpose. */
  close(): Promise<void>;
}

/** Reads the body; undefined if it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= MAX_BODY) parts.push(part);
  }
  return length <= MAX_BODY ? Buffer.concat(parts) : undefined;
}

function send(response: ServerResponse, page: Page): void {
  response.writeHead(page.status ?? 200, {
    'x-content-type-options': 'nosniff',
    ...page.headers,
  });
  response.end(page.body);
}

const text = (status: number, body: string): Page => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: `${body}\n`,
});

/**
 * Other web pages must neither read the collector's data nor change its behaviour: the name in
 * the address bar has to be this machine, and a page that writes has to come from here.
 */
function isForeign(request: IncomingMessage, isLocal: boolean): boolean {
  const { host = '', origin } = request.headers;
  const name = host.replace(/:\d+$/, '');
  if (isLocal && !/^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(name)) return true;
  return origin !== undefined && origin !== `http://${host}`;
}

async function ingest(
  collector: Collector,
  request: IncomingMessage,
  response: ServerResponse,
  receivedAt: number,
): Promise<void> {
  const body = (await readBody(request)) ?? new Uint8Array(MAX_BODY + 1);
  const answer = collector.ingest({
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers: request.headers,
    body,
    receivedAt,
  });
  if (answer.drop === 'hang') return;
  if (answer.delayMs !== undefined) {
    await new Promise((done) => setTimeout(done, answer.delayMs).unref());
  }
  if (answer.drop !== undefined) request.socket.destroy();
  else send(response, answer);
}

/** Starts the collector with its pages. Rejects with a message that says what to do. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const { port: wanted = 0, host = '127.0.0.1', demo = true, pages } = options;
  const isLocal = ['127.0.0.1', 'localhost', '::1'].includes(host);
  const { collector = new Collector(), now = Date.now } = options;
  let origin = '';
  const dsn = (project: string | number = 1): string =>
    origin.replace('://', `://${PUBLIC_KEY}@`) + `/${project}`;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = request.url ?? '/';
    const url = URL.canParse(target, origin) ? new URL(target, origin) : new URL(origin);
    const own = await pages?.(request, url);
    if (own !== undefined) return send(response, own);
    if (isIngest(target)) return ingest(collector, request, response, now());

    const method = request.method ?? 'GET';
    if (url.pathname === '/live' || url.pathname.startsWith('/api/')) {
      if (isForeign(request, isLocal)) {
        return send(response, text(403, 'Only pages of this server may do that.'));
      }
      if (url.pathname === '/live') {
        return serveLive(collector, request, response, url.searchParams);
      }
      const body = method === 'GET' ? '' : ((await readBody(request)) ?? '').toString();
      const page = control(collector, method, url, body);
      return send(response, page ?? text(404, 'There is no such address in the API.'));
    }
    const page = await serveFile(url.pathname, { dsn: dsn(), origin, demo });
    if (page !== undefined && method !== 'GET' && method !== 'HEAD') {
      return send(response, text(405, 'Only GET works here.'));
    }
    send(response, page ?? text(404, 'There is no such page.'));
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A client that goes away in the middle of its request is no error of ours.
      if (request.destroyed && !request.complete) return;
      if (!options.quiet) console.error(error);
      if (response.headersSent) response.destroy();
      else send(response, text(500, 'The server has a bug; see its console.'));
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
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  origin = `http://${name.includes(':') ? `[${name}]` : name}:${port}`;

  return {
    origin,
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

function explainListen(error: NodeJS.ErrnoException, port: number, host: string): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use. Stop the other program, or choose another port: --port 0 takes a free one.`;
    case 'EACCES':
      return `Port ${port} may not be used by this user. Choose one from 1024 on, or --port 0 for a free one.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no address ${host}. Leave --host out to listen on 127.0.0.1.`;
    default:
      return `Cannot listen on ${host}:${port}: ${error.message}`;
  }
}
