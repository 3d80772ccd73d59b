/**
 * How many envelopes the collector takes while a page is open: `npm run bench:collector [-- SECONDS]`.
 * The collector is a process of its own, and the share of a core is its own processor time.
 */
import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';

const KEY = 'c0ffeec0ffeec0ffeec0ffeec0ffee00';
/** What one core has to manage, and what the process may take then. */
const WANTED = 2000;
const MAX_MIB = 400;
const CONNECTIONS = 16;
const USERS = 5000;
/** Until the compiler knows what is hot. */
const WARM_UP = 5000;

const seconds = Number(process.argv[2] ?? 10);
if (!(seconds > 0)) {
  console.error('Usage: npm run bench:collector [-- SECONDS]');
  process.exit(2);
}

/** The server, which tells its processor time and memory when it is asked. */
const child = spawn(
  process.execPath,
  ['--import', 'tsx', fileURLToPath(new URL('./bench-server.ts', import.meta.url))],
  { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
);
const message = <T>(): Promise<T> =>
  new Promise((done) => child.once('message', (value) => done(value as T)));
const { port } = await message<{ port: number }>();
interface Usage {
  cpuMs: number;
  rssMiB: number;
  counted: number;
}
const usage = (): Promise<Usage> => {
  const answer = message<Usage>();
  child.send('usage');
  return answer;
};

let number = 0;
function envelope(): string {
  const now = new Date().toISOString();
  const index = number++;
  const crashed = index % 50 === 0;
  const session = {
    sid: index.toString(16).padStart(32, '7'),
    did: `user-${index % USERS}`,
    init: true,
    started: now,
    timestamp: now,
    status: crashed ? 'crashed' : 'ok',
    errors: crashed ? 1 : 0,
    attrs: {
      release: `shop@1.${index % 5}.0`,
      environment: 'production',
      user_agent: 'Mozilla/5.0 (X11; Linux x86_64)',
    },
  };
  return `{"sent_at":"${now}","sdk":{"name":"crashfree","version":"0.1.0"}}\n{"type":"session"}\n${JSON.stringify(session)}\n`;
}

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const path = `/api/1/envelope/?sentry_version=7&sentry_key=${KEY}&sentry_client=crashfree%2F0.1.0`;
const send = (): Promise<void> =>
  new Promise((done, failed) => {
    const body = envelope();
    const headers = {
      'content-type': 'text/plain;charset=UTF-8',
      'content-length': Buffer.byteLength(body),
    };
    const outgoing = request(
      { host: '127.0.0.1', port, agent, path, method: 'POST', headers },
      (response) => {
        response.resume();
        response.on('end', () =>
          response.statusCode === 200 ? done() : failed(new Error(`${response.statusCode}`)),
        );
      },
    );
    outgoing.on('error', failed);
    outgoing.end(body);
  });

let events = 0;
const page = request({ host: '127.0.0.1', port, path: '/live?project=1' }, (response) => {
  response.on('data', () => events++);
});
page.end();

/** Sends until enough is sent and the time is over, and returns how many that were. */
const run = async (wanted: number, duration: number): Promise<number> => {
  const until = performance.now() + duration * 1000;
  let sent = 0;
  const work = async (): Promise<void> => {
    while (sent < wanted || performance.now() < until) {
      sent++;
      await send();
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return sent;
};

await run(WARM_UP, 0);
const before = await usage();
const begin = performance.now();
const sent = await run(0, seconds);
const took = (performance.now() - begin) / 1000;
const after = await usage();
page.destroy();
agent.destroy();
child.send('end');

const cpuSeconds = (after.cpuMs - before.cpuMs) / 1000;
const perCore = sent / cpuSeconds;
console.log(
  `${sent} envelopes in ${took.toFixed(1)} s, ${(sent / took).toFixed(0)} a second, with a page open (${events} parts sent to it)`,
);
console.log(
  `${((cpuSeconds * 1e6) / sent).toFixed(0)} µs of processor time each: ${perCore.toFixed(0)} a second on one core`,
);
console.log(`${after.rssMiB.toFixed(0)} MiB resident`);
const isFine = perCore >= WANTED && after.rssMiB <= MAX_MIB && after.counted >= sent;
console.log(isFine ? 'good' : `wanted: ${WANTED} a second on one core within ${MAX_MIB} MiB`);
process.exitCode = isFine ? 0 : 1;
