import { loadStorage } from 'crashfree:files';
import { FIRST_SEND_MS, SessionStatus, statusWords } from '../abi';
import { adopt, carrierOf } from '../carrier';
import type { Core } from '../core/core';
import { createTransport } from '../delivery/http';
import { browserFetch, findFetch } from '../delivery/own-fetch';
import { clearTimer, native, setTimer } from '../native';
import { consentOf } from '../options/configure';
import { complete, defaults, initialUser, integrationsOf, noFetch } from '../options/defaults';
import type { Options, Session, User } from '../options/types';
import { earlyEvents } from '../signals/early';
import { GRACE_MS, watchErrors } from '../signals/errors';
import { watchLifecycle } from '../signals/lifecycle';
import { createListeners } from '../signals/listen';
import { watchNavigation } from '../signals/navigation';
import { createJudge } from '../signals/noise';
import type { Save } from '../storage';
import { countsOf, type Counts } from './counts';
import { createExtensions } from './extensions';
import { createLazyCore } from './lazy-core';
import { now } from './moment';
import { createQueue } from './queue';
import { dsnKey, findClient, isFrame } from './registry';
import { startCore } from './start';
import type { Status } from './status';
import type { Client } from './types';
import { createWhereabouts } from './whereabouts';

/** What a user is to the core: an empty id is nobody. */
function idOf(user: User | null | undefined): string {
  const id = user?.id;
  return typeof id === 'string' || (typeof id === 'number' && isFinite(id)) ? `${id}` : '';
}

/**
 * Makes a client, or returns the one that the page has for the DSN already. The client's `status` says
 * what is wrong.
 */
export function createClient(options: Options): Client {
  const { clients } = carrierOf(window);
  const key = dsnKey(options.dsn);
  const existing = findClient(key);
  if (existing) {
    clients.set(key, existing);
    return existing;
  }

  /** Why nothing is sent, if it is known without the core. */
  let failure: Status | undefined;
  const settings = complete(options, defaults(), (name) => {
    failure ??= `invalid-${name}`;
  });
  const integrations = integrationsOf(settings);
  if (!integrations) failure ??= 'invalid-integrations';
  const has = (name: string) => integrations?.some((one) => one.name === name);
  const lifecycle = has('BrowserSession') ? settings.lifecycle : 'manual';
  const fetch = settings.fetch === noFetch ? findFetch(native('fetch')) : settings.fetch;
  if (!fetch) failure ??= 'unsupported';
  if (!settings.enabled) failure ??= 'disabled';

  const ignored: Counts['ignored'] = {};
  const framed = isFrame();
  const listeners = createListeners();
  const queue = createQueue();
  const extensions = createExtensions(fetch ?? noFetch);
  const transport = createTransport(extensions._fetch, () =>
    settings.fetch === noFetch ? browserFetch(native('fetch')) : undefined,
  );
  /** When the first session began: once the page was shown, and not when it was prerendered. */
  let began: number | undefined;
  /** The page is being left, and its requests are cut. */
  let leaving = false;
  /** Stores what waits, where an option asks for it. */
  let save: Save | undefined;
  let endWatching: (() => void) | undefined;

  const stop = (reason: Status) => {
    failure = reason;
    core._stop();
    listeners._stop();
    queue._close();
    endWatching?.();
    /* Another client may have the DSN since. */
    if (clients.get(key) === client) clients.delete(key);
  };
  const fail = (reason: Status) => {
    stop(reason);
    if (settings.debug) console.warn(`crashfree: ${reason}, nothing is sent`);
  };

  const changed = (status?: number) => save?.(status);
  const core = createLazyCore((ready) => {
    /* A frame may have been faster than its page, whose visit this is. */
    const page = framed && findClient(key, parent);
    if (page) {
      stop('closed');
      clients.set(key, page);
      return adopt(page);
    }
    const prepare = (started: Core) => {
      const reason = statusWords[started._status()]!;
      if (/^(no|invalid)-/.test(reason)) return fail(reason);
      started._set_user(started._write(idOf(initialUser(options))), began!);
      if (lifecycle !== 'manual') started._start(false, began!);
      ready(started);
      if (settings.storage !== 'none') void keep(started);
    };
    startCore(transport, settings, prepare, changed).catch(() => fail('unsupported'));
  }, changed);

  const keep = async (started: Core) => {
    try {
      const { keepSessions } = await loadStorage();
      save = keepSessions(settings, started, (...other) => startCore(transport, ...other));
    } catch {
      /* Without the storage it counts all the same. */
    }
  };

  /** Something that has to be told at once. */
  const tell = (call: (core: Core) => unknown) => {
    core._run(call);
    if (began !== undefined) core._need();
  };
  const flush = () => tell((up) => up._flush());

  const whereabouts = createWhereabouts(queue, settings, (isNew, at) =>
    tell((up) => {
      if (isNew || !up._session()) up._start(true, at);
    }),
  );
  const judge = createJudge(settings, {
    _count(crashed, error, { _at, _event, _isRejection }) {
      extensions._error(error, {
        handled: !crashed,
        isRejection: !!_isRejection,
        isGlobal: !!_event,
      });
      tell((up) => up._error(crashed, Math.max(_at, began!)));
    },
    _ignore(rule) {
      const before = ignored[rule] ?? 0;
      ignored[rule] = before + 1;
      if (rule === 'scriptError' && !before && settings.debug) {
        console.warn(
          'crashfree: a script of another origin failed, and nothing more is known of it: add the ' +
            'attribute crossorigin to its tag, and the header Access-Control-Allow-Origin to its answer',
        );
      }
    },
    _isLeaving: () => leaving,
  });
  const errors = watchErrors(listeners, queue, settings, judge, (at) => look(at));
  let look: (at?: number) => void = () => {};

  /** For what may end a session: what happened before belongs to it. */
  const settle = () => {
    errors._takeCurrent();
    look();
    queue._settle();
  };
  /** Resolves to whether nothing is on its way any more within a time. */
  const idle = (timeout = 2000) =>
    new Promise<boolean>((resolve) => {
      const timer = setTimer(() => resolve(false), timeout);
      void transport._idle().then(() => {
        clearTimer(timer);
        resolve(true);
      });
    });

  const client: Client = {
    get status() {
      const up = began !== undefined && !failure ? core._need() : undefined;
      return failure ?? (up ? statusWords[up._status()]! : 'starting');
    },
    get counts() {
      return countsOf(core._up, ignored);
    },
    setUser(user) {
      settle();
      const at = now();
      core._run((up) => up._set_user(up._write(idOf(user)), at));
    },
    captureException(error, hint) {
      /* A client that failed has options that cannot judge. */
      if (failure) return;
      errors._takeCurrent();
      look();
      const at = now();
      const handled = hint?.handled ?? hint?.mechanism?.handled ?? true;
      const isRejection = hint?.mechanism?.type === 'onunhandledrejection';
      const take = () => judge(error, { _at: at, _handled: handled, _isRejection: isRejection });
      if (queue._waiting.length) queue._add({ _at: at, _wait: 0, _divides: false, _judge: take });
      else take();
    },
    startSession(context) {
      settle();
      const at = now();
      tell((up) => {
        up._end(SessionStatus.EXITED, at);
        if (context?.user !== undefined) up._set_user(up._write(idOf(context.user)), at);
        up._start(true, at);
      });
    },
    captureSession(end) {
      if (end) client.endSession();
      settle();
      flush();
    },
    endSession() {
      settle();
      const at = now();
      tell((up) => up._end(SessionStatus.EXITED, at));
    },
    navigate(to) {
      try {
        errors._takeCurrent();
        if (to === undefined) whereabouts._look();
        else whereabouts._hook(to);
      } catch {
        /* Not an address. */
      }
    },
    setConsent(consent) {
      settle();
      core._run((up) => up._set_consent(consentOf(consent)));
    },
    getSession() {
      const up = began !== undefined ? core._need() : undefined;
      return JSON.parse((up && up._read(up._session())) || 'null') as Session | null;
    },
    flush(timeout) {
      settle();
      flush();
      return idle(timeout);
    },
    close(timeout) {
      settle();
      tell((up) => up._close());
      stop('closed');
      return idle(timeout);
    },
    watch: (target) => errors._watch(target),
  };

  const watchPage = () => {
    if (has('GlobalHandlers')) {
      errors._watch(window);
      errors._take(earlyEvents());
    }
    if (lifecycle === 'route') {
      look = (at) => whereabouts._look(false, at);
      endWatching = watchNavigation(listeners, (replaced) => {
        errors._takeCurrent();
        whereabouts._look(replaced);
      });
    }
    /* `document.open()` removes the listeners of the window and of the document. */
    const rewritten = new MutationObserver(() => listeners._again());
    rewritten.observe(document, { childList: true });

    const begin = () => {
      began = now();
      whereabouts._begin();
      watchLifecycle(listeners, {
        /* What may be an error of the first session goes with it. */
        _idle() {
          /* The page around a frame has as long as there is to begin its own session. */
          if (framed && !core._up) return;
          if (!queue._waiting.length) flush();
          else queue._add({ _at: now(), _wait: GRACE_MS, _divides: true, _judge: flush });
        },
        _hidden(final) {
          leaving = final;
          settle();
          tell((up) => changed() || up._hide(final));
        },
        _restored() {
          leaving = false;
          if (lifecycle === 'route') client.startSession();
        },
      });
      setTimer(() => core._up || flush(), FIRST_SEND_MS);
      listeners._on(window, 'online', flush);
    };
    if ((document as { prerendering?: unknown }).prerendering === true) {
      listeners._on(document, 'prerenderingchange', begin);
    } else begin();
  };

  if (failure) fail(failure);
  else {
    clients.set(key, client);
    extensions._setUp(integrations!, client, settings);
    try {
      watchPage();
    } catch {
      fail('unsupported');
    }
  }
  return client;
}
