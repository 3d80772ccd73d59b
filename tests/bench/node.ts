/**
 * `npm run bench:node`: what a request costs with `crashfree/node`, beside a bare server and one with
 * the sessions of @sentry/node (tracing off). Options: `--rounds N` (9), `--quick` for a first look,
 * `--soak` for 1,000,000 requests and 10,000 open ones instead, `--json FILE`.
 *
 * All servers run at the same time and are measured in turns, each for two seconds at 20 connections; the
 * medians are of the rounds. Requests a second depend on who else uses the machine and
 * on the client, which has the other core; the processor time of the server's process alone, for each
 * request, does so less. A line for each missed bound follows; the exit code does not tell, as machines
 * differ in their times. That of the soak, `npm run soak:node`, does: memory is the same on all.
 */
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../web/build/run.js';

const folder = join(root, 'tests/bench/node');
const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    soak: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});

const CONNECTIONS = 20;
/** Seconds of a turn. */
const TURN = 2;
const ROUNDS = Number(values.rounds ?? (values.quick ? 3 : 9));
/** Of the requests a second of a bare server. */
const BOUND = 0.85;
/** Open requests of the soak; what a process takes once is little beside so many. */
const OPEN = 10_000;
const OPEN_BOUND_BYTES = 300;
const GROWTH_BOUND_BYTES = 1024 * 1024;

const BARE = 'bare';
const OURS = 'crashfree/node';
const SERVERS = ['http', 'express', 'fastify'];
const SUBJECTS = [BARE, OURS, '@sentry/node'];

interface Load {
  (options: { url: string; connections: number; amount?: number; duration?: number }): Promise<{
    '2xx': number;
    /** Seconds. */
    duration: number;
  }>;
}

class Subject {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(server: string, subject: string): Promise<Subject> {
    const child = fork(join(folder, 'server.js'), [server, subject], {
      cwd: folder,
      execArgv: ['--expose-gc'],
    });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new Subject(child, port);
  }

  async measure(what: 'cpu' | 'heap'): Promise<number> {
    this.child.send(what);
    const [measured] = (await once(this.child, 'message')) as [number];
    return measured;
  }

  async stop(): Promise<void> {
    this.child.disconnect();
    await once(this.child, 'exit');
  }
}

if (!existsSync(join(folder, 'node_modules'))) {
  execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: folder, stdio: 'inherit' });
}
const autocannon = createRequire(join(folder, 'package.json'))('autocannon') as Load;

/* It looks at the clock once a second: with a number of requests it would measure whole seconds. */
const load = ({ port }: Subject, until: { amount: number } | { duration: number }) =>
  autocannon({ url: `http://127.0.0.1:${port}/`, connections: CONNECTIONS, ...until });

function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

interface Row {
  server: string;
  subject: string;
  /** Requests a second, and the same as a share of the bare server's. */
  rate: number;
  share: number;
  /** Microseconds of processor time for a request, and the bare server's as a share of them. */
  cpu: number;
  cpuShare: number;
}

async function measure(server: string): Promise<Row[]> {
  const subjects = await Promise.all(SUBJECTS.map((name) => Subject.start(server, name)));
  const rates = SUBJECTS.map(() => [] as number[]);
  const costs = SUBJECTS.map(() => [] as number[]);
  /* The first round warms up. */
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, subject] of subjects.entries()) {
      const before = await subject.measure('cpu');
      const { '2xx': answered, duration } = await load(subject, { duration: TURN });
      const after = await subject.measure('cpu');
      if (round === 0) continue;
      rates[index]!.push(answered / duration);
      costs[index]!.push((after - before) / answered);
    }
  }
  for (const subject of subjects) await subject.stop();
  return SUBJECTS.map((subject, index) => ({
    server,
    subject,
    rate: median(rates[index]!),
    /* Of neighbours in time: what slows the machine down slows both down. */
    share: median(rates[index]!.map((rate, round) => rate / rates[0]![round]!)),
    cpu: median(costs[index]!),
    cpuShare: median(costs[index]!.map((cost, round) => costs[0]![round]! / cost)),
  }));
}

async function bench(): Promise<void> {
  const rows: Row[] = [];
  console.log('server     subject           requests/s   of bare   µs of processor time, of bare');
  for (const server of SERVERS) {
    for (const row of await measure(server)) {
      rows.push(row);
      console.log(
        [
          row.server.padEnd(10),
          row.subject.padEnd(17),
          row.rate.toFixed(0).padStart(10),
          row.share.toFixed(2).padStart(9),
          row.cpu.toFixed(1).padStart(10),
          row.cpuShare.toFixed(2).padStart(9),
        ].join(' '),
      );
    }
  }
  for (const { server, subject, share } of rows) {
    if (subject === OURS && share < BOUND) {
      console.log(`missed: ${server} with ${subject}: ${share.toFixed(2)} of bare, bound ${BOUND}`);
    }
  }
  if (values.json) await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
}

/** Bytes of the heap that each of so many open requests takes. */
async function openRequests(subject: string, amount: number): Promise<number> {
  const server = await Subject.start('hang', subject);
  const open = async (count: number) => {
    for (let opened = 0; opened < count; opened += 500) {
      await Promise.all(
        Array.from({ length: 500 }, async () => {
          const socket = connect(server.port, '127.0.0.1');
          socket.on('error', () => {});
          await once(socket, 'connect');
          socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        }),
      );
    }
  };
  await open(500);
  const before = await server.measure('heap');
  await open(amount);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = await server.measure('heap');
  await server.stop();
  return (after - before) / amount;
}

function miss(text: string): void {
  console.log(`missed: ${text}`);
  process.exitCode = 1;
}

async function soak(): Promise<void> {
  const amount = values.quick ? 100_000 : 1_000_000;
  const server = await Subject.start('http', OURS);
  await load(server, { amount: amount / 10 });
  const heaps: number[] = [await server.measure('heap')];
  for (let tenth = 0; tenth < 9; tenth++) {
    await load(server, { amount: amount / 10 });
    heaps.push(await server.measure('heap'));
  }
  await server.stop();
  const kib = heaps.map((heap) => (heap / 1024).toFixed(0));
  console.log(`heap over ${amount} requests, KiB: ${kib.join(' ')}`);
  const growth = heaps.at(-1)! - heaps[0]!;
  console.log(`growth after the first tenth: ${(growth / 1024).toFixed(0)} KiB`);
  if (growth > GROWTH_BOUND_BYTES) miss('the heap is to be flat, within 1 MiB');

  const bare = await openRequests(BARE, OPEN);
  const ours = await openRequests(OURS, OPEN);
  const cost = ours - bare;
  console.log(`an open request, bytes: bare ${bare.toFixed(0)}, ${OURS} ${cost.toFixed(0)} more`);
  if (cost >= OPEN_BOUND_BYTES) miss(`an open request, bound ${OPEN_BOUND_BYTES}`);
  if (values.json) await writeFile(values.json, `${JSON.stringify({ heaps, bare, ours })}\n`);
}

await (values.soak ? soak() : bench());
