import { createCore, type Core } from './core';
import { takeEarly } from './early';
import { describe, isNoise } from './noise';
import {
  builtRelease,
  initialUser,
  invalidOption,
  type Consent,
  type Integration,
  type Options,
  type Session,
  type User,
} from './options';
import { findClient, forgetClient, keepClient } from './registry';
import { createDeferred } from './signals/deferred';
import { GRACE_MS, watchErrors } from './signals/errors';
import { watchLifecycle, whenShown } from './signals/lifecycle';
import { createListen } from './signals/listen';
import { routeOf, watchNavigation } from './signals/navigation';
import { STATUSES, type Status } from './status';
import { createTransport } from './transport';

/** Names of the counters from `CRASHFREE_DROPPED_QUEUE` on, as client reports have them. */
const DROPPED = [
  'queue_overflow',
  'ratelimit_backoff',
  'network_error',
  'send_error',
  'sample_rate',
  'before_send',
  'backpressure',
] as const;

/** What happened to the sessions of a client since it was made. */
export interface Counts {
  started: number;
  /** Sessions that the server has taken. */
  accepted: number;
  requests: number;
  /** Sessions that will not be delivered, by reason. */
  dropped: Record<(typeof DROPPED)[number], number>;
}

/** What `captureException` may be told about an error. */
export interface CaptureHint {
  /** `false`: nothing recovered from it, so the session ends as for an uncaught error. */
  handled?: boolean;
  /** The same in Sentry's form. */
  mechanism?: { handled?: boolean };
}

/**
 * Counts the sessions of one page for one DSN. No method throws, and each may be called before the
 * core is up or after `close`.
 */
export interface Client {
  /** Whether sessions are being sent and, if not, why. */
  readonly status: Status;
  readonly counts: Counts;
  /** The function of the same name documents each of these. */
  setUser(user: User | null): void;
  captureException(error: unknown, hint?: CaptureHint): void;
  startSession(context?: { user?: User | null }): void;
  captureSession(end?: boolean): void;
  endSession(): void;
  navigate(to?: string | URL): void;
  setConsent(consent: Consent): void;
  getSession(): Session | null;
  flush(timeout?: number): Promise<boolean>;
  close(timeout?: number): Promise<boolean>;
  /**
   * Counts the errors of another window as part of this page.
   * @example client.watch(frame.contentWindow)
   */
  watch(target: EventTarget): void;
}

/** Values of `crashfree_option`. */
const enum Option {
  Dsn,
  Release,
  Environment,
  UserAgent,
  Tunnel,
  SampleRate,
  Consent,
  Unhandled,
  PerMinute,
  Reports,
  BeforeSend,
}

/** By value of `crashfree_consent`. */
const CONSENTS = ['granted', 'pending', 'denied'];

/** Values of `crashfree_session_status`. */
const EXITED = 1;
const UNHANDLED = 3;

/** The id of a user as text: empty for nobody, and for what is no id. */
function userId(user: unknown): string {
  const id = (user as User | null | undefined)?.id;
  return typeof id === 'string' ? id : Number.isFinite(id) ? `${id as number}` : '';
}

/** The integrations that are on, by name; later ones replace earlier ones. */
function chooseIntegrations({ integrations, defaultIntegrations }: Options) {
  const defaults =
    defaultIntegrations === false
      ? []
      : (defaultIntegrations ?? [{ name: 'BrowserSession' }, { name: 'GlobalHandlers' }]);
  const chosen =
    typeof integrations === 'function'
      ? integrations(defaults)
      : [...defaults, ...(integrations ?? [])];
  return new Map(chosen.map((integration): [string, Integration] => [integration.name, integration]));
}

/** Puts the options into the core. */
function configure({ _calls: calls, _setText: setText }: Core, options: Options): void {
  const { environment = 'production', tunnel, maxSessionsPerMinute } = options;
  const consent =
    options.globalPrivacyControl &&
    (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl
      ? 'denied'
      : options.consent;

  setText(Option.Dsn, options.dsn ?? '');
  setText(Option.Release, options.release ?? builtRelease() ?? '');
  if (
    !setText(Option.Environment, typeof environment === 'string' ? environment : '') &&
    options.debug
  ) {
    console.warn(`crashfree: left out the invalid environment "${environment}"`);
  }
  setText(Option.UserAgent, navigator.userAgent);
  if (tunnel != null) setText(Option.Tunnel, tunnel);
  calls.set_number(Option.SampleRate, options.sampleRate ?? 1);
  calls.set_number(Option.Consent, Math.max(CONSENTS.indexOf(consent ?? 'granted'), 0));
  if (options.unhandledStatus === 'unhandled') calls.set_number(Option.Unhandled, UNHANDLED);
  if (maxSessionsPerMinute != null) calls.set_number(Option.PerMinute, maxSessionsPerMinute);
  calls.set_number(Option.Reports, +(options.sendClientReports !== false));
  calls.set_number(Option.BeforeSend, +!!options.beforeSendSession);
}

/**
 * Makes a client, or returns the one that the page has for the DSN already. It does not throw: the
 * client's `status` says what is wrong.
 */
export function createClient(options: Options): Client {
  const dsn = `${options.dsn}`.trim();
  const existing = findClient(dsn, (client) => client.watch(window));
  if (existing) return existing;

  let core: Core | undefined;
  /** What was asked before the core was up; nothing is kept once it failed. */
  let waiting: ((core: Core) => void)[] | undefined = [];
  let failure: Status = 'starting';
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** The location that the present session is about, once the page is shown. */
  let location: URL | undefined;
  const [listen, stopListening] = createListen();
  const deferred = createDeferred();
  const transport = createTransport(options.fetch ?? window.fetch.bind(window));
  const integrations = chooseIntegrations(options);
  const sessions = integrations.get('BrowserSession');
  const lifecycle = sessions ? (sessions.lifecycle ?? options.lifecycle ?? 'route') : 'manual';

  const fail = (reason: Status) => {
    failure = reason;
    waiting = undefined;
    stopListening();
    forgetClient(dsn);
    if (options.debug) console.warn(`crashfree: no sessions are sent: ${reason}`);
  };

  const run = (call: (core: Core) => void) => {
    if (core) call(core);
    else waiting?.push(call);
  };
  /** For what may end a session: what happened before belongs to it. */
  const runSettled = (call: (core: Core) => void) => {
    deferred._settle();
    run(call);
  };

  const isNewRoute = (from: URL, to: URL): boolean => {
    try {
      return (
        to.href !== from.href && (options.isNewRoute?.(from, to) ?? routeOf(to) !== routeOf(from))
      );
    } catch {
      return routeOf(to) !== routeOf(from);
    }
  };

  /** The change of location that is still to be judged; later ones of the same task join it. */
  let change: { _to: URL; _judge(): void } | undefined;
  const navigated = (to: URL) => {
    /* While the page is prerendered nobody is there to navigate. */
    if (!location) return;
    if (change && deferred._endsWith(change._judge)) {
      change._to = to;
      return;
    }
    const next = {
      _to: to,
      _judge() {
        const from = location!;
        location = next._to;
        const isNew = isNewRoute(from, location);
        run((ready) => {
          if (isNew || !ready._session()) ready._calls.start(1);
        });
      },
    };
    change = next;
    deferred._push(next._judge, 0, true);
  };

  const judgeError = (error: unknown, handled: boolean, event?: ErrorEvent) => {
    const context = describe(error, handled, event);
    if (isNoise(context, event, options)) return;
    let verdict;
    try {
      verdict = options.classifyError?.(error, context);
    } catch {
      /* The decision stays as it is. */
    }
    if (verdict !== 'ignore') {
      const crash = verdict === 'crash' || (verdict !== 'error' && !handled);
      run((ready) => ready._calls.error(+crash));
    }
  };

  const errors = watchErrors(
    listen,
    deferred,
    options.noise !== false &&
      (options.noise === true || options.noise?.lateHandled !== false),
    (event) => {
      const { error, reason } = event as ErrorEvent & PromiseRejectionEvent;
      judgeError(error ?? reason, false, event as ErrorEvent);
    },
  );

  const host = {
    _wake(delay: number) {
      clearTimeout(timer);
      timer = setTimeout(() => core?._calls.wake(), delay);
    },
    _fetch(request: number, url: string, body: string, atExit: boolean) {
      transport._send(url, body, atExit, (status, limits, retryAfter) =>
        core?._respond(request, status, limits, retryAfter),
      );
    },
    _beforeSend(session: string) {
      try {
        const keep = options.beforeSendSession!(JSON.parse(session) as Session);
        return keep !== false && keep !== null;
      } catch {
        return true;
      }
    },
  };

  const begin = (ready: Core) => {
    if (!waiting) return;
    configure(ready, options);
    const reason = ready._calls.status();
    if (reason && STATUSES[reason]!.match(/^(no|invalid)-/)) {
      fail(STATUSES[reason]!);
      return;
    }
    ready._setUser(userId(initialUser(options)));
    if (lifecycle !== 'manual') ready._calls.start(0);
    core = ready;
    for (const call of waiting) call(ready);
  };

  const flush = () => run(({ _calls: calls }) => calls.flush());

  const whenIdle = (timeout = 2000): Promise<boolean> =>
    Promise.race([
      transport._idle().then(() => true),
      new Promise<boolean>((resolve) => setTimeout(resolve, timeout, false)),
    ]);

  const client: Client = {
    get status() {
      return core ? STATUSES[core._calls.status()]! : failure;
    },
    get counts() {
      const count = (counter: number) => core?._calls.count(counter) ?? 0;
      return {
        started: count(0),
        accepted: count(1),
        requests: count(2),
        dropped: Object.fromEntries(
          DROPPED.map((reason, index) => [reason, count(3 + index)]),
        ) as Counts['dropped'],
      };
    },
    setUser: (user) => runSettled((ready) => ready._setUser(userId(user))),
    captureException(error, hint) {
      const handled = hint?.handled ?? hint?.mechanism?.handled ?? true;
      if (deferred._endsWith()) judgeError(error, handled);
      else deferred._push(() => judgeError(error, handled), 0);
    },
    startSession: (context) =>
      runSettled((ready) => {
        ready._calls.end(EXITED);
        if (context && 'user' in context) ready._setUser(userId(context.user));
        ready._calls.start(1);
      }),
    captureSession: (end) =>
      runSettled(({ _calls: calls }) => {
        if (end) calls.end(EXITED);
        calls.flush();
      }),
    endSession: () => runSettled(({ _calls: calls }) => calls.end(EXITED)),
    navigate(to) {
      try {
        navigated(new URL(to ?? document.URL, document.baseURI));
      } catch {
        /* Not an address. */
      }
    },
    setConsent: (consent) =>
      runSettled(({ _calls: calls }) => calls.set_consent(Math.max(CONSENTS.indexOf(consent), 0))),
    getSession: () => JSON.parse(core?._session() || 'null') as Session | null,
    flush(timeout) {
      deferred._settle();
      flush();
      return whenIdle(timeout);
    },
    close(timeout) {
      runSettled(({ _calls: calls }) => calls.close());
      if (!core) failure = 'closed';
      waiting = undefined;
      stopListening();
      forgetClient(dsn);
      return whenIdle(timeout);
    },
    watch: errors._watch,
  };

  const invalid = invalidOption(options);
  if (options.enabled === false || invalid) {
    fail(invalid ? `invalid-${invalid}` : 'disabled');
    return client;
  }
  keepClient(dsn, client);
  if (integrations.has('GlobalHandlers')) {
    errors._watch(window);
    takeEarly(errors._take);
  }
  if (sessions && lifecycle === 'route') {
    watchNavigation(listen, () => navigated(new URL(document.URL)));
  }
  watchLifecycle(listen, {
    /* What may be an error of the first session goes with it. */
    _idle: () => (deferred._endsWith() ? flush() : deferred._push(flush, GRACE_MS)),
    _hidden: (final) => runSettled(({ _calls: calls }) => calls.hide(+final)),
    _restored() {
      if (lifecycle === 'route') runSettled(({ _calls: calls }) => calls.start(1));
    },
    _online: flush,
  });
  whenShown(listen, () => {
    location = new URL(document.URL);
    try {
      const starting = createCore(host);
      if (starting instanceof Promise) starting.then(begin).catch(() => fail('unsupported'));
      else begin(starting);
    } catch {
      fail('unsupported');
    }
  });
  return client;
}
