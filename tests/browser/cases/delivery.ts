import type { Case } from '../case.js';
import type { Scene } from '../harness.js';

const area = 'delivery';
const push = `history.pushState(null, '', 'next')`;

type Fault = Parameters<ReturnType<Scene['bench']['collector']['faults']>['push']>[0];

/** Where the network of a page cannot be cut, its connections are, however often it tries. */
async function cutNetwork(s: Scene): Promise<void> {
  if (s.page.setOffline) await s.page.setOffline(true);
  else s.bench.collector.faults(s.project).push({ drop: 'before', times: 1000 });
}

async function mendNetwork(s: Scene): Promise<void> {
  if (s.page.setOffline) return s.page.setOffline(false);
  s.bench.collector.faults(s.project).length = 0;
  await s.run(`dispatchEvent(new Event('online'))`);
}

/** The first request of the page meets `fault`. */
function failing(
  name: string,
  fault: Fault,
  steps: NonNullable<Case['steps']>,
  expect: Case['expect'],
): Case {
  return {
    name,
    area,
    faulty: true,
    start: 'empty',
    async steps(s) {
      s.bench.collector.faults(s.project).push(fault);
      await s.page.goto(s.url());
      await s.bench.when(
        () => 'the first request',
        () => s.allRequests().length > 0,
      );
      await steps(s);
    },
    expect,
  };
}

/** A limit of three seconds, during which the page fails, and after which it goes on. */
function limited(name: string, headers: Record<string, string>): Case {
  return {
    ...failing(
      name,
      { status: 429, headers },
      async (s) => {
        await s.answered();
        await s.run(`crashfree.captureException(new Error('within the limit'))`);
        await s.page.waitFor(`crashfree.getClient?.().status !== 'rate-limited'`);
        await s.run(push);
      },
      { all: 2, errored: 1 },
    ),
    also(s) {
      const [refused, next] = s.allRequests();
      const ms = next!.receivedAt - refused!.receivedAt;
      // Browsers round the time, each in its way.
      s.check(ms >= 2900, `the page was silent for ${ms} ms`);
    },
  };
}

/** Network errors that the page would see if they escaped. */
const watch = `window.surprises = [];
  addEventListener('error', (e) => surprises.push(e.message));
  addEventListener('unhandledrejection', (e) => surprises.push(String(e.reason)))`;

export const deliveryCases: Case[] = [
  // The session of the load never counted, so its init goes along with the navigation.
  ...[500, 503, 400, 413].flatMap((status) => [
    failing(
      `first request answered ${status}, then navigation`,
      { status },
      async (s) => {
        await s.calm(150);
        await s.run(push);
      },
      { all: 2 },
    ),
    failing(
      `navigation, then the first request is answered ${status}`,
      { status, delayMs: 400 },
      async (s) => {
        await s.run(push);
        // Nothing happens on the page after the answer, so the lost init goes out as it is left.
        await s.answered(2);
        await s.page.goto(s.blank);
      },
      { all: 2 },
    ),
  ]),
  limited('rate limit for sessions: silence, then all is counted', {
    'x-sentry-rate-limits': '3:session:organization',
  }),
  limited('rate limit by Retry-After', { 'retry-after': '3' }),
  failing(
    'rate limit for errors only',
    { headers: { 'x-sentry-rate-limits': '60:error:organization' } },
    (s) => s.run(push),
    { all: 2, requests: 2 },
  ),
  failing(
    'rate limit for unknown categories, answer that is no JSON',
    { headers: { 'x-sentry-rate-limits': '30:what;ever:organization' }, body: 'thanks' },
    (s) => s.run(push),
    { all: 2, requests: 2 },
  ),
  failing('connection cut, then navigation', { drop: 'before' }, (s) => s.run(push), { all: 2 }),
  failing(
    'connection cut, then online',
    { drop: 'before' },
    (s) => s.run(`dispatchEvent(new Event('online'))`),
    { all: 1 },
  ),
  failing(
    'connection cut, then closed',
    { drop: 'before' },
    async (s) => {
      /*
       * A page that ends before it knows what became of its session keeps it to itself, as it may have arrived.
       * Either the browser sends a cut request once more, or the client asks first whether answers can be read.
       * The peer does not send again.
       */
      if (s.subject === 'crashfree') await s.sessions(1);
      await s.closePage();
    },
    { all: 1 },
  ),
  failing('connection cut, then crash', { drop: 'before' }, (s) => s.run(`throw new Error('x')`), {
    all: 1,
    crashed: 1,
  }),
  failing('connection cut, no further event', { drop: 'before' }, async () => {}, { all: 1 }),
  failing('slow answer, navigation meanwhile', { delayMs: 600 }, (s) => s.run(push), { all: 2 }),
  failing('slow answer, crash meanwhile', { delayMs: 600 }, (s) => s.run(`throw new Error('x')`), {
    all: 1,
    crashed: 1,
    items: 2,
  }),
  failing('slow answer, page closed meanwhile', { delayMs: 600 }, (s) => s.closePage(), {
    all: 1,
    items: 1,
  }),
  failing('no answer at all, navigation', { drop: 'hang' }, (s) => s.run(push), { all: 2 }),
  {
    name: 'offline, navigation, online',
    area,
    faulty: true,
    async steps(s) {
      await cutNetwork(s);
      await s.run(push);
      await s.calm(300);
      s.check(s.metrics().all === 1, 'it was not offline');
      await mendNetwork(s);
    },
    expect: { all: 2 },
  },
  {
    name: 'offline, crash, online',
    area,
    faulty: true,
    async steps(s) {
      await cutNetwork(s);
      await s.run(`throw new Error('offline')`);
      await s.calm(300);
      s.check(s.metrics().crashed === 0, 'it was not offline');
      await mendNetwork(s);
    },
    expect: { all: 1, crashed: 1 },
  },
  {
    name: 'no collector at all',
    area,
    start: 'loaded',
    page: {
      head: `<script>${watch}</script>`,
      options: `{ dsn: 'http://0123456789abcdef0123456789abcdef@127.0.0.1:1/1' }`,
    },
    async steps(s) {
      await s.run(push);
      await s.quiet(300);
      const surprises = await s.page.evaluate<string>('surprises.join()');
      s.check(surprises === '', `the page met ${surprises}`);
    },
    expect: { all: 0 },
  },
];
