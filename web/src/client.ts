import { loadStorage } from 'crashfree:files';
import { VALUES } from './configure';
import type { Core } from './core';
import { takeEarly } from './early';
import { createJudge } from './noise';
import {
  integrationsOf,
  nothing,
  complete,
  defaults,
  type Settings,
  type Consent,
  type Options,
  type Session,
  type User,
} from './options';
import { clientsOf, findClient } from './registry';
import { createDeferred } from './signals/deferred';
import { GRACE_MS, watchErrors } from './signals/errors';
import { watchLifecycle, whenShown } from './signals/lifecycle';
import { createListen } from './signals/listen';
import { routeOf, watchNavigation } from './signals/navigation';
import { startCore } from './start';
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

/** Says who uses the page: nobody, if there is no id or what there is is none. */
function setUser(core: Core, user: User | null | undefined): void {
  const id = user?.id;
  core._set_user(core._write(typeof id === 'string' || Number.isFinite(id) ? `${id}` : ''));
}

/**
 * Makes a client, or returns the one that the page has for the DSN already. It does not throw: the
 * client's `status` says what is wrong.
 */
export function createClient(options: Options): Client {
  const dsn = `${options.dsn}`.trim();
  const existing = findClient(dsn);
  if (existing) return existing;

  let problem: Status | undefined;
  const settings: Settings = complete(options, defaults(), (name) => {
    problem ??= `invalid-${name}`;
  });
  let core: Core | undefined;
  /** What was asked before the core was up; nothing is kept once it failed. */
  let waiting: ((core: Core) => unknown)[] | undefined = [];
  let failure: Status = 'starting';
  /** The location that the present session is about, once the page is shown. */
  let location: URL | undefined;
  /** Stores what waits, where an option asks for it. */
  let save: Save | undefined;
  const [listen, stopListening] = createListen();
  const deferred = createDeferred();
  const transport = createTransport(settings.fetch);

  const stop = (reason: Status) => {
    failure = reason;
    waiting = undefined;
    stopListening();
    clientsOf(window).delete(dsn);
  };
  const fail = (reason: Status) => {
    stop(reason);
    if (settings.debug) console.warn(`crashfree: ${reason}, nothing is sent`);
  };

  const changed = (status?: number) => save?.(status);
  const run = (call: (core: Core) => unknown) => {
    if (core) {
      call(core);
      changed();
    } else waiting?.push(call);
  };
  /** For what may end a session: what happened before belongs to it. */
  const settle = (call: (core: Core) => unknown) => {
    deferred._settle();
    run(call);
  };
  const flush = () => run((core) => core._flush());
  const idle = (timeout = 2000) =>
    new Promise<boolean>((resolve) => {
      setTimeout(resolve, timeout, false);
      void transport._idle().then(() => resolve(true));
    });

  const navigated = (to: URL) => {
    const last = deferred._last();
    /* While the page is prerendered nobody is there to navigate. */
    if (!location) return;
    /* Changes of one task are one. */
    if (last?._to) last._to = to;
    else {
      const change = () => {
        const from = location!;
        const { _to: to } = change;
        let isNew = routeOf(to) !== routeOf(from);
        try {
          isNew = settings.isNewRoute(from, to) ?? isNew;
        } catch {
          /* The default decides. */
        }
        location = to;
        run((core) => {
          if ((isNew && to.href !== from.href) || !core._session()) core._start(true);
        });
      };
      change._to = to;
      deferred._push(change, 0);
    }
  };

  const judge = createJudge(settings, (crashed) => run((core) => core._error(crashed)));
  const watch = watchErrors(listen, deferred, settings, (event) =>
    judge(event.error ?? event.reason, false, event),
  );

  const client: Client = {
    get status() {
      return core ? STATUSES[core._status()]! : failure;
    },
    get counts() {
      return Object.fromEntries(
        COUNTERS.split(' ').map((name, index) => [name, core?._count(index) ?? 0]),
      ) as unknown as Counts;
    },
    setUser: (user) => settle((core) => setUser(core, user)),
    captureException(error, hint) {
      const take = () => judge(error, hint?.handled ?? hint?.mechanism?.handled ?? true);
      if (deferred._last()) deferred._push(take, 0);
      else take();
    },
    startSession: (context) =>
      settle((core) => {
        core._end(EXITED);
        if (context?.user !== undefined) setUser(core, context.user);
        core._start(true);
      }),
    captureSession(end) {
      if (end) client.endSession();
      void client.flush();
    },
    endSession: () => settle((core) => core._end(EXITED)),
    navigate(to) {
      try {
        navigated(new URL(to ?? document.URL, document.baseURI));
      } catch {
        /* Not an address. */
      }
    },
    setConsent: (consent) => settle((core) => core._set_consent(VALUES[consent] ?? 0)),
    getSession: () => JSON.parse((core && core._read(core._session())) || 'null') as Session | null,
    flush(timeout) {
      deferred._settle();
      flush();
      return idle(timeout);
    },
    close(timeout) {
      settle((core) => core._close());
      stop('closed');
      return idle(timeout);
    },
    watch: (target) => watch(target),
  };

  const start = async () => {
    try {
      if (settings.sampleRate > 1) problem ??= 'invalid-sampleRate';
      if (options.tunnel === '') problem ??= 'invalid-tunnel';
      if (!settings.enabled) problem ??= 'disabled';
      if (problem) {
        fail(problem);
        return;
      }
      clientsOf(window).set(dsn, client);
      const integrations = integrationsOf(settings);
      const lifecycle = integrations.includes('BrowserSession') ? settings.lifecycle : 'manual';

      if (integrations.includes('GlobalHandlers')) watch(window, takeEarly());
      if (lifecycle === 'route') watchNavigation(listen, () => client.navigate());
      const shown = whenShown(listen);
      if (shown) await shown;
      location = new URL(document.URL);
      watchLifecycle(
        listen,
        /* What may be an error of the first session goes with it. */
        () => (deferred._last() ? deferred._push(flush, GRACE_MS) : flush()),
        (final) => settle((core) => changed() || core._hide(final)),
        () => lifecycle === 'route' && settle((core) => core._start(true)),
      );
      listen(window, 'online', flush);
      await startCore(
        settings,
        transport,
        (started) => {
          const reason = STATUSES[started._status()]!;
          if (!waiting) return;
          if (/^(no|invalid)-/.test(reason)) {
            fail(reason);
            return;
          }
          setUser(started, options.initialScope?.user);
          if (lifecycle !== 'manual') started._start(false);
          core = started;
          waiting.forEach(run);
          if (settings.storage !== 'none') {
            loadStorage()
              .then(({ keepSessions }) => {
                save = keepSessions(settings, started, (other, ready, updated) =>
                  startCore(other, transport, ready, updated),
                );
              })
              .catch(nothing);
          }
        },
        changed,
      );
    } catch {
      fail('unsupported');
    }
  };
  void start();
  return client;
}
