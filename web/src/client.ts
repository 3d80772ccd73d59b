import { load as loadStorage } from 'crashfree:storage';
import type { Core, Exports } from './core';
import { takeEarly } from './early';
import { describe, isNoise } from './noise';
import {
  chooseIntegrations,
  initialUser,
  invalidOption,
  releaseOf,
  type Consent,
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
import { consentValue, startCore } from './start';
import { STATUSES, type Status } from './status';
import type { Save } from './storage';
import { createTransport } from './transport';

/** By value of `crashfree_counter`. */
const COUNTERS =
  'started accepted requests queue_overflow ratelimit_backoff network_error send_error ' +
  'sample_rate before_send backpressure';

/** What happened to the sessions of a client since it was made. */
export interface Counts {
  started: number;
  /** Sessions that the server has taken. */
  accepted: number;
  requests: number;
  /** From here on sessions that will not be delivered, by the reason that client reports give. */
  queue_overflow: number;
  ratelimit_backoff: number;
  network_error: number;
  send_error: number;
  sample_rate: number;
  before_send: number;
  backpressure: number;
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

/** Value of `crashfree_session_status`. */
const EXITED = 1;

const ignore = () => {};

/** Says who uses the page: nobody, if there is no id or what there is is none. */
function setUser({ _calls: calls, _write: write }: Core, user: unknown): void {
  const id = (user as User | null | undefined)?.id;
  calls.set_user(write(typeof id === 'string' || Number.isFinite(id) ? `${id}` : ''));
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
  /** The location that the present session is about, once the page is shown. */
  let location: URL | undefined;
  let lifecycle = 'manual';
  const [listen, stopListening] = createListen();
  const deferred = createDeferred();
  const transport = createTransport(options.fetch ?? window.fetch.bind(window));

  const stop = (reason: Status) => {
    failure = reason;
    waiting = undefined;
    stopListening();
    forgetClient(dsn);
  };
  const fail = (reason: Status) => {
    stop(reason);
    if (options.debug) console.warn(`crashfree: ${reason}, nothing is sent`);
  };

  /** Stores what waits, where an option asks for it. */
  let save: Save | undefined;
  const changed = (status?: number) => save?.(status);

  const run = (call: (core: Core) => void) => {
    if (core) {
      call(core);
      changed();
    } else waiting?.push(call);
  };
  /** For what may end a session: what happened before belongs to it. */
  const settle = (call: (calls: Exports, core: Core) => void) => {
    deferred._settle();
    run((ready) => call(ready._calls, ready));
  };
  const flush = () => run(({ _calls: calls }) => calls.flush());

  const isNewRoute = (from: URL, to: URL) => {
    const differs = routeOf(to) !== routeOf(from);
    try {
      return to.href !== from.href && (options.isNewRoute?.(from, to) ?? differs);
    } catch {
      return differs;
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
    const next = (change = {
      _to: to,
      _judge() {
        const isNew = isNewRoute(location!, next._to);
        location = next._to;
        run((ready) => {
          if (isNew || !ready._calls.session()) ready._calls.start(1);
        });
      },
    });
    deferred._push(next._judge, 0, true);
  };

  const judgeError = (error: unknown, handled: boolean, event?: ErrorEvent) => {
    const context = describe(error, handled, event);
    let verdict: unknown;
    if (isNoise(context, event, options)) return;
    try {
      verdict = options.classifyError?.(error, context);
    } catch {
      /* The decision stays as it is. */
    }
    if (verdict !== 'ignore') {
      run(({ _calls: calls }) =>
        calls.error(+(verdict === 'crash' || (verdict !== 'error' && !handled))),
      );
    }
  };

  const errors = watchErrors(listen, deferred, options, (event) => {
    const { error, reason } = event as ErrorEvent & PromiseRejectionEvent;
    judgeError(error ?? reason, false, event as ErrorEvent);
  });

  const begin = (ready: Core) => {
    const reason = STATUSES[ready._calls.status()]!;
    if (!waiting) return;
    if (/^(no|invalid)-/.test(reason)) {
      fail(reason);
      return;
    }
    setUser(ready, initialUser(options));
    if (lifecycle !== 'manual') ready._calls.start(0);
    core = ready;
    for (const call of waiting) call(ready);
    if (options.storage && options.storage !== 'none') {
      void loadStorage().then(({ keepSessions }) => {
        const plain = ({ _calls: calls, _read: read, _write: write }: Core) => ({
          calls,
          read,
          write,
        });
        save = keepSessions(options, releaseOf(options), plain(ready), (other, up, updated) =>
          startCore(other, transport, (courier) => up(plain(courier)), updated),
        );
      }, ignore);
    }
  };

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
      return Object.fromEntries(
        COUNTERS.split(' ').map((name, index) => [name, core?._calls.count(index) ?? 0]),
      ) as unknown as Counts;
    },
    setUser: (user) => settle((_, ready) => setUser(ready, user)),
    captureException(error, hint) {
      const judge = () => judgeError(error, hint?.handled ?? hint?.mechanism?.handled ?? true);
      if (deferred._endsWith()) judge();
      else deferred._push(judge, 0);
    },
    startSession: (context) =>
      settle((calls, ready) => {
        calls.end(EXITED);
        if (context && 'user' in context) setUser(ready, context.user);
        calls.start(1);
      }),
    captureSession(end) {
      if (end) client.endSession();
      void client.flush();
    },
    endSession: () => settle((calls) => calls.end(EXITED)),
    navigate(to) {
      try {
        navigated(new URL(to ?? document.URL, document.baseURI));
      } catch {
        /* Not an address. */
      }
    },
    setConsent: (consent) => settle((calls) => calls.set_consent(consentValue(consent))),
    getSession: () =>
      JSON.parse((core && core._read(core._calls.session())) || 'null') as Session | null,
    flush(timeout) {
      deferred._settle();
      flush();
      return whenIdle(timeout);
    },
    close(timeout) {
      settle((calls) => calls.close());
      stop('closed');
      return whenIdle(timeout);
    },
    watch: errors._watch,
  };

  try {
    const invalid = invalidOption(options);
    if (options.enabled === false || invalid) {
      fail(invalid ? `invalid-${invalid}` : 'disabled');
      return client;
    }
    keepClient(dsn, client);
    const find = (name: string) => integrations.find((integration) => integration.name === name);
    const integrations = chooseIntegrations(options);
    const sessions = find('BrowserSession');

    if (sessions) lifecycle = sessions.lifecycle ?? options.lifecycle ?? 'route';
    if (find('GlobalHandlers')) {
      errors._watch(window);
      takeEarly(errors._take);
    }
    if (lifecycle === 'route') watchNavigation(listen, () => navigated(new URL(document.URL)));
    whenShown(listen, async () => {
      location = new URL(document.URL);
      try {
        watchLifecycle(listen, {
          /* What may be an error of the first session goes with it. */
          _idle: () => (deferred._endsWith() ? flush() : deferred._push(flush, GRACE_MS)),
          _hidden: (final) => settle((calls) => changed() || calls.hide(+final)),
          _restored: () => lifecycle === 'route' && settle((calls) => calls.start(1)),
          _online: flush,
        });
        await startCore(options, transport, begin, changed);
      } catch {
        fail('unsupported');
      }
    });
  } catch {
    fail('unsupported');
  }
  return client;
}
