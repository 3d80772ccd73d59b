/** What a client is made of once something has happened, or somebody asks. */
import { attempt } from '../platform/attempt';
import { loadStorage } from 'crashfree:files';
import { statusWords } from '../abi';
import { carrierOf } from './carrier';
import type { Core } from '../core/core';
import { createTransport } from '../delivery/http';
import { browserFetch } from '../delivery/own-fetch';
import { native } from '../platform/native';
import { noFetch, nothing } from '../options/defaults';
import { createErrors } from '../signals/errors';
import { createJudge, type Outcomes } from '../signals/judge';
import { createQueue } from '../signals/queue';
import { setUser, tell, type Beginning, type Context } from './context';
import { createExtensions } from './integrations';
import { createLazyCore } from './lazy-core';
import { startCore } from './start-core';
import { createWhereabouts } from './whereabouts';

/** What happens to errors that were judged. */
const outcomesOf = (context: () => Context): Outcomes => ({
  _count(crashed, error, { _at, _event, _isRejection }) {
    const { _began, _failure, _extensions } = context();
    /* A frame goes on telling a client that was closed. */
    if (_failure) return;
    _extensions._error(error, {
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

/** Starts the core, and the first session. */
function start(context: Context, ready: (core: Core) => void): void {
  if (context._join()) return;
  const { _settings, _lifecycle, _transport, _user } = context;
  const began = context._began!;
  const keep = async (core: Core) => {
    try {
      const { keepSessions } = await loadStorage();
      context._save = keepSessions(_settings, core, (...other) => startCore(_transport, ...other));
    } catch {
      /* Without the storage it counts all the same. */
    }
  };
  const prepare = (core: Core) => {
    const reason = statusWords[core._status()]!;
    if (reason.startsWith('no-') || reason.startsWith('invalid-')) return context._fail(reason);
    /* Here is the client that works, which has had the calls that were kept for one. */
    carrierOf(window).calls = undefined;
    setUser(core, _user, began);
    if (_lifecycle !== 'manual') core._start(false, began);
    ready(core);
    if (_settings.storage !== 'none') void keep(core);
  };
  startCore(_transport, _settings, prepare, (status) => context._save(status)).catch(() =>
    context._fail('unsupported'),
  );
}

/** Adds to what is known of a client from the start what the rest of its life needs. */
export function createParts(beginning: Beginning): Context {
  const { _settings, _lifecycle, _listeners, _hasErrors, _failure } = beginning;
  const queue = createQueue();
  const extensions = createExtensions(beginning._fetch);
  const findOwn = () =>
    _settings.fetch === noFetch ? browserFetch(attempt(() => native('fetch'))) : undefined;
  const judge = createJudge(
    _settings,
    outcomesOf(() => context),
  );
  const context: Context = Object.assign(beginning, {
    _ignored: {},
    _leavingUntil: 0,
    _save: nothing,
    _queue: queue,
    _extensions: extensions,
    _transport: createTransport(extensions._fetch, findOwn),
    _core: createLazyCore(
      () => context._began !== undefined,
      (ready) => start(context, ready),
      () => context._save(),
    ),
    _whereabouts: createWhereabouts(beginning, queue, (isNew, at) =>
      tell(context, (core) => {
        if (isNew || !core._session()) core._start(true, at);
      }),
    ),
    _look(at?: number) {
      if (_lifecycle === 'route') context._whereabouts._look(false, at);
    },
    _judge: judge,
    _errors: createErrors(_listeners, _hasErrors ? [window] : [], _settings, queue, judge, (at) => {
      context._look(at);
      return context._leavingUntil === Infinity;
    }),
  });
  if (_failure) context._core._stop();
  return context;
}
