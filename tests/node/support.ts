import { EventEmitter, once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Collector } from '../../web/server/collector/collector.js';
import type * as NodeEntry from '../../web/node/index.js';

export type { Client, Options } from '../../web/node/index.js';

/** The file that ships. */
export const entry = new URL('../../dist/crashfree.node.js', import.meta.url).href;
export const api = (await import(entry)) as typeof NodeEntry;

export const KEY = '0123456789abcdef0123456789abcdef';
export const PROJECT = '42';
export const MINUTE = 60_000;
/** Early on a Monday, 20 seconds into a minute. */
export const START = Date.UTC(2026, 0, 5, 10, 0, 20);

export interface Bucket {
  started: string;
  exited: number;
  errored: number;
  crashed: number;
}
interface Payload {
  aggregates: Bucket[];
  attrs: Record<string, string>;
}

/** The payloads of the `sessions` items in an envelope. */
function sessionsOf(body: string): Payload[] {
  const lines = body.split('\n');
  return lines.flatMap((line, index) =>
    line === '{"type":"sessions"}' ? [JSON.parse(lines[index + 1]!) as Payload] : [],
  );
}

/** A collector without a network, and the options of a client that sends to it. */
export class Lab {
  readonly collector = new Collector();
  /** The items that the collector took, in order; of large ones it keeps no payload itself. */
  readonly items: Payload[] = [];
  down = false;

  get options() {
    return {
      dsn: `https://${KEY}@collector.example/${PROJECT}`,
      release: 'shop-api@1.4.0',
      fetch: async (url: string, init: RequestInit): Promise<Response> => {
        if (this.down) throw new TypeError('fetch failed');
        const { status, headers, body } = this.collector.ingest({
          method: init.method!,
          url,
          headers: {},
          body: Buffer.from(init.body as string),
        });
        if (status === 200) this.items.push(...sessionsOf(init.body as string));
        return new Response(body, { status, headers });
      },
    };
  }

  get metrics() {
    return this.collector.metrics(PROJECT);
  }
  get requests() {
    return this.collector.requests(PROJECT);
  }
  get faults() {
    return this.collector.faults(PROJECT);
  }

  get buckets(): Bucket[] {
    return this.items.flatMap(({ aggregates }) => aggregates.map((bucket) => ({ ...bucket })));
  }

  /** What client reports told, by reason. */
  get losses(): Record<string, number> {
    const losses: Record<string, number> = {};
    for (const { items } of this.requests) {
      for (const { reason, category, quantity } of items.flatMap(
        ({ report }) => report?.discarded ?? [],
      )) {
        const key = `${category}/${reason}`;
        losses[key] = (losses[key] ?? 0) + quantity;
      }
    }
    return losses;
  }

  /** Resolves when the next request has arrived. */
  nextRequest(): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.collector.on('change', () => {
        stop();
        resolve();
      });
    });
  }
}

/** A request that is answered at once, during which `handle` runs. */
export function visit(client: NodeEntry.Client, handle: () => void = () => {}): void {
  const response = new EventEmitter();
  client.middleware()({}, response, handle);
  response.emit('close');
}

/** A server for `listener`, and a way to wait until so many responses have closed. */
export async function serve(listener: RequestListener) {
  const closings = new EventEmitter();
  let closed = 0;
  const server = createServer((request, response) => {
    response.once('close', () => closings.emit('close', ++closed));
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    async closed(count: number): Promise<void> {
      while (closed < count) await once(closings, 'close');
    },
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
