import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

export interface SiteFile {
  body: string | Uint8Array;
  type?: string;
  status?: number;
  headers?: Record<string, string>;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
};

/** A web server for one test: what `find` gives for a path, else 404. */
export class Site {
  readonly hits: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async serve(
    find: (path: string) => SiteFile | undefined | Promise<SiteFile | undefined>,
  ): Promise<Site> {
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
      site.hits.push(path);
      request.resume();
      void Promise.resolve(find(path)).then((file) => {
        response.writeHead(file?.status ?? (file ? 200 : 404), {
          'content-type': file?.type ?? types[extname(path)] ?? types['.html'],
          ...file?.headers,
        });
        response.end(file?.body ?? 'not found');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const site: Site = new Site(
      server,
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    );
    return site;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
