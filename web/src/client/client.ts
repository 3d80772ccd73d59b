import { loadStorage } from 'crashfree:files';
import { statusWords } from '../abi';
import { adopt, carrierOf } from '../carrier';
import type { Core } from '../core/core';
import { createTransport } from '../delivery/http';
import { browserFetch, findFetch } from '../delivery/own-fetch';
import { native } from '../native';
import { complete, defaults, initialUser, integrationsOf, noFetch } from '../options/defaults';
import type { Options } from '../options/types';
import { watchErrors } from '../signals/errors';
import { createListeners } from '../signals/listen';
import { createJudge, type Outcomes } from '../signals/noise';
import { ask } from '../ask';
import { idOf, setUser, tell, type Context } from './context';
import { createExtensions, type Extensions } from './extensions';
import { createLazyCore, type LazyCore } from './lazy-core';
import { methodsOf } from './methods';
import { watchPage } from './page';
import { createQueue } from '../signals/queue';
import { findClient, isFrame } from './registry';
import { startCore } from './start';
import type { Status } from './status';
import type { Client } from './types';
import { createWhereabouts } from './whereabouts';

/** What happens to errors that were judged. */
const outcomesOf = (context: () => Context, extensions: Extensions): Outcomes => ({
  _count(crashed, error, { _at, _event, _isRejection }) {
    const { _began, _failure } = context();
    /* A frame goes on telling a client that was closed. */
    if (_failure) return;
    extensions._error(error, {
      handled: !crashed,
      isRejection: !!_isRejection,
      event: _event,
    });
    tell(context(), (core) => core._error(crashed, Math.max(_at, _began ?? 0)));
  },
  _ignore(rule) {
    const { _ignored, _settings } = context();
    const before = _ignored[rule] ?? 0;
    _ignored[rule] = before + 1;
    if (rule === 'scriptError' && !before && _settings.debug) {
      console.warn('crashfree: a script of another origin failed: its tag needs crossorigin');
    }
  },
  _isLeaving: (at) => at < context()._leavingUntil,
});

/** The core of a client, which starts when it is needed. */
function createCoreOf(
  context: () => Context,
  options: Options,
  fail: (reason: Status) => void,
  join: () => boolean,
): LazyCore {
  const changed = (status?: number) => context()._save(status);
  const user = ask(() => idOf(initialUser(options))) ?? '';

  return createLazyCore((ready) => {
    if (join()) return;
    const { _settings, _transport, _lifecycle, _began } = context();
    const keep = async (core: Core) => {
      try {
        const { keepSessions } = await loadStorage();
        context()._save = keepSessions(_settings, core, (...other) =>
          startCore(_transport, ...other),
        );
      } catch {
        /* Without the storage it counts all the same. */
      }
    };
    const prepare = (core: Core) => {
      const reason = statusWords[core._status()]!;
      if (reason.startsWith('no-') || reason.startsWith('invalid-')) return fail(reason);
      setUser(core, user, _began!);
      if (_lifecycle !== 'manual') core._start(false, _began!);
      ready(core);
      if (_settings.storage !== 'none') void keep(core);
    };
    startCore(_transport, _settings, prepare, changed).catch(() => fail('unsupported'));
  }, changed);
}

/**
 * Makes a client, or returns the one that the page has for the DSN already. The client's `status` says
 * what is wrong.
 */
export function createClient(options: Options): Client {
  const { clients } = carrierOf(window);
  const key = typeof options.dsn === 'string' ? options.dsn : '';
  const existing = findClient(key);
  if (existing) {
    /* One of this window has its place, perhaps by another spelling. */
    if (![...clients.values()].includes(existing)) clients.set(key, existing);
    return existing;
  }

  let failure: Status | undefined;
  const settings = complete(options, defaults(), (name) => {
    failure ??= `invalid-${name}`;
  });
  const integrations = integrationsOf(settings);
  const has = (name: string) => integrations?.some((one) => one.name === name) === true;
  const fetch = settings.fetch === noFetch ? findFetch(native('fetch')) : settings.fetch;
  if (!integrations) failure ??= 'invalid-integrations';
  if (!fetch) failure ??= 'unsupported';
  if (!settings.enabled) failure ??= 'disabled';

  const framed = isFrame();
  const listeners = createListeners();
  const queue = createQueue();
  const extensions = createExtensions(fetch ?? noFetch);
  let unwatch: (() => void) | undefined;

  const fail = (reason: Status) => {
    context._stop(reason);
    if (settings.debug) console.warn(`crashfree: ${reason}, nothing is sent`);
  };
  /* A frame may have been faster than its page, whose visit this is. */
  const join = () => {
    const page = framed ? findClient(key, window.parent) : undefined;
    if (!page) return false;
    context._stop('closed');
    clients.set(key, page);
    adopt(page);
    return true;
  };
  const self = () => context;
  const judge = createJudge(settings, outcomesOf(self, extensions));
  const context: Context = {
    _settings: settings,
    _lifecycle: has('BrowserSession') ? settings.lifecycle : 'manual',
    _ignored: {},
    _listeners: listeners,
    _queue: queue,
    _transport: createTransport(extensions._fetch, () =>
      settings.fetch === noFetch ? browserFetch(native('fetch')) : undefined,
    ),
    _core: createCoreOf(self, options, fail, join),
    _whereabouts: createWhereabouts(queue, settings, (isNew, at) =>
      tell(context, (core) => {
        if (isNew || !core._session()) core._start(true, at);
      }),
    ),
    _errors: watchErrors(listeners, queue, settings, judge, (at) => {
      context._look(at);
      return context._leavingUntil === Infinity;
    }),
    _judge: judge,
    _framed: framed,
    _failure: failure,
    _began: undefined,
    _leavingUntil: 0,
    _look() {},
    _save: () => undefined,
    _stop(reason) {
      context._failure = reason;
      context._core._stop();
      listeners._stop();
      queue._close();
      unwatch?.();
      /* Another client may have the DSN since. */
      if (clients.get(key) === client) clients.delete(key);
    },
  };
  const client = methodsOf(context);

  if (failure) fail(failure);
  else {
    clients.set(key, client);
    extensions._setUp(integrations!, client, settings);
    try {
      unwatch = watchPage(context, has('GlobalHandlers'));
    } catch {
      fail('unsupported');
    }
  }
  return client;
}
