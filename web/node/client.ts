import { AsyncResource } from 'node:async_hooks';
import { builtRelease, complete } from '../src/options/defaults';
import type { Status } from '../src/client/status';
import { Buckets, type Bucket, type End } from './buckets';
import { Courier } from './courier';
import type { CaptureHint, Client, Options } from './index';
import { Requests } from './requests';

/** Buckets in one item (protocol 2). */
const BUCKETS_PER_ITEM = 100;
/** What could not be delivered is not tried again sooner, whatever the interval. */
const RETRY_MS = 2000;
/** Longer waits than this end at once in Node. */
const WAIT_MAX_MS = 2 ** 31 - 1;

/** Lines of an envelope: the buckets in as many items as they need. */
function sessionsItems(buckets: Bucket[], attrs: unknown): string[] {
  const lines: string[] = [];
  for (let first = 0; first < buckets.length; first += BUCKETS_PER_ITEM) {
    const aggregates = buckets
      .slice(first, first + BUCKETS_PER_ITEM)
      .map(({ started, exited, errored, crashed }) => ({
        started: new Date(started).toISOString(),
        exited,
        errored,
        crashed,
      }));
    lines.push('{"type":"sessions"}', JSON.stringify({ aggregates, attrs }));
  }
  return lines;
}

/** Lines of an envelope: what was lost, if anything was. */
function reportItem(losses: [string, number][]): string[] {
  if (losses.length === 0) return [];
  const report = {
    timestamp: new Date().toISOString(),
    discarded_events: losses.map(([reason, quantity]) => ({
      reason,
      category: 'session',
      quantity,
    })),
  };
  return ['{"type":"client_report"}', JSON.stringify(report)];
}

/** Options with their defaults. */
const defaults = (): Required<Options> => ({
  dsn: '',
  release: builtRelease() ?? '',
  environment: 'production',
  tunnel: '',
  fetch: globalThis.fetch,
  flushInterval: 60_000,
  debug: false,
});

export function createClient(options: Options): Client {
  let invalid: string | undefined;
  const settings = complete(options, defaults(), (name) => {
    invalid ??= name;
  });
  const { flushInterval, tunnel } = settings;
  const buckets = new Buckets();
  const requests = new Requests(count);
  /* The timer is no part of the request that arms it. */
  const outside = new AsyncResource('crashfree');
  let courier: Courier | undefined;
  /** Why the client does nothing. */
  let failure: Status | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Whether the end of the process is worth an attempt. */
  let news = false;
  /** How long the next session waits for others. */
  let delay = flushInterval;
  /** Requests are made one after the other: an answer may forbid the next. */
  let sending = Promise.resolve(true);

  const warn = (text: string) => {
    if (settings.debug) console.warn(`crashfree: ${text}`);
  };
  const stop = (reason: Status) => {
    failure = reason;
    clearTimeout(timer);
    process.off('beforeExit', atExit);
  };
  const fail = (reason: Status) => {
    stop(reason);
    courier = undefined;
    warn(`${reason}, nothing is sent`);
  };

  function arm(): void {
    timer ??= outside.runInAsyncScope(() => setTimeout(() => void send(), delay).unref());
  }

  function count(end: End): void {
    buckets.count(end);
    news = true;
    if (!failure) arm();
  }

  /** Delivers what waits, or fails to; `alone` tells of losses even if nothing does. */
  async function attempt(alone: boolean): Promise<boolean> {
    clearTimeout(timer);
    timer = undefined;
    const batch = buckets.take();
    if (!courier || (batch.length === 0 && !(alone && buckets.hasLosses))) return true;

    /* A report that gets lost is not reported (protocol 5.2). */
    const outcome = await courier.send((attrs) => [
      ...sessionsItems(batch, attrs),
      ...reportItem(buckets.takeLosses()),
    ]);
    const delivered = outcome === 'delivered';
    if (!delivered) buckets.putBack(batch, outcome === 'refused');
    delay = delivered ? flushInterval : Math.max(flushInterval, RETRY_MS);
    if (buckets.size > 0 && !failure) arm();
    return delivered;
  }

  function send(alone = false): Promise<boolean> {
    return (sending = sending.then(() => attempt(alone)));
  }

  /** One attempt since the last session: a server that is down must not keep the process. */
  function atExit(): void {
    if (news) void send(true);
    news = false;
  }

  async function whenSent(timeout = 2000): Promise<boolean> {
    if (!courier) return true;
    let timeoutTimer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timeoutTimer = setTimeout(resolve, timeout, false);
    });
    return Promise.race([send(true), late]).finally(() => clearTimeout(timeoutTimer));
  }

  const client: Client = {
    get status() {
      return failure ?? courier!.status;
    },
    requestHandler(request, response) {
      if (!failure) requests.enter(request, response);
    },
    middleware: () => (request, response, next) =>
      failure ? next() : requests.run(request, response, () => next()),
    wrap<Listener>(listener: Listener): Listener {
      const call = listener as (...parameters: unknown[]) => unknown;
      return function (this: unknown, ...parameters: unknown[]) {
        const [request, response] = parameters as Parameters<Client['requestHandler']>;
        return failure
          ? call.apply(this, parameters)
          : requests.run(request, response, () => call.apply(this, parameters));
      } as Listener;
    },
    captureException(_error: unknown, hint?: CaptureHint) {
      const handled = hint?.handled ?? hint?.mechanism?.handled ?? true;
      requests.mark(handled ? 'errored' : 'crashed');
    },
    flush: whenSent,
    close(timeout) {
      if (!failure) {
        requests.endAll();
        stop('closed');
      }
      return whenSent(timeout);
    },
  };

  if (flushInterval > WAIT_MAX_MS) invalid ??= 'flushInterval';
  /* Here is no page that an address could be relative to. */
  if (options.tunnel != null && !URL.canParse(tunnel)) invalid ??= 'tunnel';
  if (invalid) {
    fail(`invalid-${invalid}`);
    return client;
  }

  try {
    courier = new Courier(settings, warn);
    const { status } = courier;
    if (/^(no|invalid)-/.test(status)) fail(status);
    else process.on('beforeExit', atExit);
  } catch {
    fail('unsupported');
  }
  return client;
}
