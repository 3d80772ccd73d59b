import { loadStorage } from 'crashfree:files';
import { DENIED, VALUES } from './configure';
import type { Core } from './core';
import { takeEarly } from './early';
import { createJudge } from './noise';
import {
  initialUser,
  integrationsOf,
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
import { watchLifecycle } from './signals/lifecycle';
import { createListen } from './signals/listen';
import { routeOf, watchNavigation } from './signals/navigation';
import { startCore } from './start';
import { STATUSES, type Status } from './status';
import type { Save } from './storage';
import { createTransport } from './transport';

/** By value of `crashfree_counter`. */
const COUNTERS =
  'started|accepted|requests|queue_overflow|ratelimit_backoff|network_error|send_error|' +
  'sample_rate|before_send|backpressure';

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

  /** Why nothing is sent, if it is known without the core. */
  let failure: Status | undefined;
  const invalid = (name: string) => {
    failure ??= `invalid-${name}`;
  };
  const settings: Settings = complete(options, defaults(), invalid);
  let core: Core | undefined;
  /** What was asked before the core was up; nothing is kept once it failed. */
  let waiting: ((core: Core) => unknown)[] | undefined = [];
  /** The location that the present session is about, once the page is shown. */
  let location: URL | undefined;
  /** Stores what waits, where an option asks for it. */
  let save: Save | undefined;
  const ending = new AbortController();
  const listen = createListen(ending);
  const [defer, inTurn, settleDeferred] = createDeferred();
  const transport = createTransport(settings.fetch);

  const stop = () => {
    /* Once: another client may have the DSN since. */
    if (!waiting) return;
    waiting = undefined;
    ending.abort();
    clientsOf(window).delete(dsn);
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
    settleDeferred();
    run(call);
  };
  const flush = () => run((core) => core._flush());
  const idle = (timeout = 2000) =>
    new Promise<boolean>((resolve) => {
      setTimeout(resolve, timeout, false);
      void transport._idle().then(() => resolve(true));
    });

  const navigated = (to: URL) => {
    const from = location!;
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

  const judge = createJudge(settings, (crashed) => run((core) => core._error(crashed)));
  const watch = watchErrors(listen, defer, settings, judge);

  const client: Client = {
    get status() {
      return core ? STATUSES[core._status()]! : (failure ?? 'starting');
    },
    get counts() {
      return Object.fromEntries(
        COUNTERS.split('|').map((name, index) => [name, core?._count(index) ?? 0]),
      ) as unknown as Counts;
    },
    setUser: (user) => settle((core) => setUser(core, user)),
    captureException(error, hint) {
      /* A client that failed has options that cannot judge. */
      if (waiting) {
        inTurn(() => judge(error, hint?.handled ?? hint?.mechanism?.handled ?? true), 0);
      }
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
        const url = new URL(to ?? document.URL, document.baseURI);
        /* While the page is prerendered nobody is there to navigate. */
        if (location) defer(navigated, 0, url);
      } catch {
        /* Not an address. */
      }
    },
    setConsent: (consent) => settle((core) => core._set_consent(VALUES[consent] ?? DENIED)),
    getSession: () => JSON.parse((core && core._read(core._session())) || 'null') as Session | null,
    flush(timeout) {
      settle((core) => core._flush());
      return idle(timeout);
    },
    close(timeout) {
      settle((core) => core._close());
      failure = 'closed';
      stop();
      return idle(timeout);
    },
    watch,
  };

  const start = async () => {
    try {
      if (settings.sampleRate > 1) invalid('sampleRate');
      if (!(settings.consent in VALUES)) invalid('consent');
      if (!settings.enabled) failure ??= 'disabled';
      if (failure) throw failure;
      clientsOf(window).set(dsn, client);
      const integrations = integrationsOf(settings);
      const lifecycle = integrations.includes('BrowserSession') ? settings.lifecycle : 'manual';

      if (integrations.includes('GlobalHandlers')) watch(window, takeEarly());
      if (lifecycle === 'route') watchNavigation(listen, () => client.navigate());
      if ((document as { prerendering?: boolean }).prerendering) {
        await new Promise((resolve) => listen(document, 'prerenderingchange', resolve));
      }
      location = new URL(document.URL);
      watchLifecycle(
        listen,
        /* What may be an error of the first session goes with it. */
        () => inTurn(flush, GRACE_MS),
        (final) => settle((core) => changed() || core._hide(final)),
        () => lifecycle === 'route' && client.startSession(),
      );
      listen(window, 'online', flush);
      await startCore(
        transport,
        settings,
        (started) => {
          const reason = STATUSES[started._status()]!;
          if (!waiting) return;
          if (/^(no|invalid)-/.test(reason)) throw (failure = reason);
          setUser(started, initialUser(options));
          if (lifecycle !== 'manual') started._start(false);
          core = started;
          waiting.forEach(run);
        },
        changed,
      );
      if (core && settings.storage !== 'none') {
        const { keepSessions } = await loadStorage();
        save = keepSessions(settings, core, (...other) => startCore(transport, ...other));
      }
    } catch {
      /* Without the storage it counts all the same. */
      if (!core) {
        failure ??= 'unsupported';
        stop();
        if (settings.debug) console.warn(`crashfree: ${failure}, nothing is sent`);
      }
    }
  };
  void start();
  return client;
}
