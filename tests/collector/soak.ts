/**
 * Hostile requests without end: `npm run soak:collector [-- REQUESTS]`, 200,000 if left out. A page
 * is open all the time. Prints memory and times by tenths, and fails if they grow.
 */
import { request } from 'node:http';
import { Agent } from 'node:http';
import { gzipSync } from 'node:zlib';
import { seeded } from '../../web/server/app/random.js';
import { startServer, type Server } from '../../web/server/app/server.js';

const KEY = '0123456789abcdef0123456789abcdef';
const MIB = 1 << 20;
const TENTHS = 10;
const CONCURRENT = 8;
/** What the last tenth may have more than the second one, when everything is warm. */
const MAX_GROWTH_MIB = 32;
const MAX_SLOWER = 3;
const MAX_MEDIAN_MS = 100;

const total = Number(process.argv[2] ?? 200_000);
if (!Number.isInteger(total) || total < TENTHS) {
  console.error('Usage: npm run soak:collector [-- REQUESTS]');
  process.exit(2);
}
const random = seeded(13);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const text = (length: number): string => pick(['A', '\\u0001', 'é', '{"', '😀']).repeat(length);

function session(): string {
  const now = Date.now();
  return JSON.stringify({
    sid: Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join(''),
    init: random() < 0.7,
    did: `user-${Math.floor(random() * 1e9)}`,
    started: new Date(now - random() * 5 * 24 * 3600_000).toISOString(),
    status: pick(['ok', 'exited', 'crashed', 'abnormal', 'unhandled', 'odd']),
    errors: pick([0, 1]),
    attrs: {
      release: `r@${Math.floor(random() * 1e6)}`,
      environment: `e${Math.floor(random() * 1000)}`,
    },
  });
}

const bombs = [
  gzipSync(`{"x":"${'A'.repeat(2 * MIB)}"}\n`),
  gzipSync(`{}\n${'{"type":"x"}\n\n'.repeat(100_000)}`),
  gzipSync(`{}\n{"type":"session"}\n${'['.repeat(MIB)}`),
];

interface Attack {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

const ingest = (project: number): string => `/api/${project}/envelope/?sentry_key=${KEY}`;
const anyProject = (): number => Math.floor(random() * 2000);

/** One in a thousand is a bomb; the others are small, and of every kind. */
function attack(): Attack {
  const dice = random();
  if (dice < 0.001) {
    return { path: ingest(1), headers: { 'content-encoding': 'gzip' }, body: pick(bombs) };
  }
  if (dice < 0.5) {
    const items = Array.from({ length: 1 + Math.floor(random() * 3) }, session);
    return {
      path: ingest(pick([1, anyProject()])),
      body: `{}${items.map((item) => `\n{"type":"session"}\n${item}`).join('')}`,
    };
  }
  if (dice < 0.6)
    return { path: ingest(anyProject()), body: `{"x":"${text(500 + 4000 * random())}"}\n` };
  if (dice < 0.7) return { path: ingest(1), body: `{}\n{"type":"${text(20)}"}\n${text(2000)}` };
  if (dice < 0.8)
    return { path: `${ingest(1)}&sentry_client=${'c'.repeat(3000 * random())}`, body: session() };
  if (dice < 0.85)
    return { path: pick(['/live%2f', '/x%2f..%2fy', '/shop/%00', '/%zz', '//']), method: 'GET' };
  if (dice < 0.9) return { path: `/api/${anyProject()}/metrics`, method: 'GET' };
  if (dice < 0.95)
    return {
      path: '/api/1/faults',
      body: pick(['{', '[]', '{"drop":["hang"]}', '{"status":1e9}']),
    };
  return {
    path: `/tunnel`,
    body: `{"dsn":"http://${KEY}@x/${anyProject()}"}\n{"type":"session"}\n${session()}`,
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENT });

function send(
  server: Server,
  { path, method = 'POST', headers = {}, body = '' }: Attack,
): Promise<number> {
  return new Promise((done, failed) => {
    const begin = performance.now();
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: server.port,
        agent,
        path,
        method,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        response.resume();
        response.on('end', () => done(performance.now() - begin));
        if ((response.statusCode ?? 500) >= 500)
          failed(new Error(`${response.statusCode} for ${path}`));
      },
    );
    outgoing.on('error', failed);
    outgoing.end(body);
  });
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;

const server = await startServer();
const page = request(
  { host: '127.0.0.1', port: server.port, path: '/live?project=1' },
  (response) => response.resume(),
);
page.end();

const collect = (globalThis as { gc?: () => void }).gc ?? (() => undefined);
const rows: { heap: number; median: number; late: number }[] = [];
for (let tenth = 0; tenth < TENTHS; tenth++) {
  const times: number[] = [];
  let left = Math.floor(total / TENTHS);
  const work = async (): Promise<void> => {
    while (left-- > 0) times.push(await send(server, attack()));
  };
  await Promise.all(Array.from({ length: CONCURRENT }, work));
  times.sort((a, b) => a - b);
  // What is reachable, and not what nobody has thrown away yet.
  collect();
  const row = {
    heap: process.memoryUsage().heapUsed / MIB,
    median: percentile(times, 0.5),
    late: percentile(times, 0.99),
  };
  rows.push(row);
  console.log(
    `${(tenth + 1) * 10} %: ${row.heap.toFixed(0)} MiB of heap, ${(process.memoryUsage().rss / MIB).toFixed(0)} MiB resident, ${(server.collector.budget.used / MIB).toFixed(1)} MiB kept, ` +
      `median ${row.median.toFixed(1)} ms, 99 % within ${row.late.toFixed(0)} ms`,
  );
}
page.destroy();
agent.destroy();
await server.close();

const [, second, last] = [rows[0], rows[1], rows.at(-1)];
if (second === undefined || last === undefined) throw new Error('too few requests');
const problems = [
  last.heap - second.heap > MAX_GROWTH_MIB &&
    `memory grew by ${(last.heap - second.heap).toFixed(0)} MiB`,
  last.median > Math.max(MAX_MEDIAN_MS, MAX_SLOWER * second.median) && 'answers became slower',
].filter(Boolean);
console.log(problems.length === 0 ? 'flat' : problems.join('; '));
process.exitCode = problems.length === 0 ? 0 : 1;
