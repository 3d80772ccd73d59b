import { SessionStatus } from '../abi';
import { clearTimer, setTimer } from '../platform/native';
import { consentOf } from './configure-core';
import type { Session } from '../types/options';
import { attempt } from '../platform/attempt';
import { flush, idOf, restart, setUser, settle, statusOf, tell, type Context } from './context';
import { countsOf } from './counts';
import { now } from '../platform/clock';
import type { CaptureHint, Client } from '../types/client';

/** A timer of 2^31 ms or more runs at once in browsers, so longer timeouts are cut to this. */
const TIMEOUT_MAX_MS = 1e9;

/** Resolves to whether nothing is on its way any more within a time. */
const idle = ({ _transport, _extensions }: Context, timeout: unknown) =>
  new Promise<boolean>((resolve) => {
    const ms = typeof timeout === 'number' ? Math.min(timeout, TIMEOUT_MAX_MS) : 2000;
    const timer = setTimer(() => resolve(false), ms);
    void Promise.all([_extensions._flush(), _transport._idle()]).then(() => {
      clearTimer(timer);
      resolve(true);
    });
  });

/** Judges an error that the app tells of, in its turn. */
function capture(context: Context, error: unknown, hint: CaptureHint | undefined): void {
  const { _errors, _queue, _judge } = context;
  _errors._takeCurrent();
  context._look();
  const at = now();
  const handled = hint?.handled ?? hint?.mechanism?.handled ?? true;
  const isRejection = hint?.mechanism?.type === 'onunhandledrejection';
  const judge = () => _judge(error, { _at: at, _handled: handled, _isRejection: isRejection });
  if (isRejection || _queue._waiting.length) {
    _errors._hold(at, judge, isRejection ? { reason: error } : undefined);
  } else judge();
}

/** The app says where it is; without an address, that it may be elsewhere. */
function navigate({ _errors, _whereabouts }: Context, to: unknown): void {
  _errors._takeCurrent();
  /* Who hands over an event or a route of a router means what the address bar shows. */
  const address: unknown = (to as URL | undefined)?.href ?? to;
  if (typeof address === 'string') _whereabouts._hook(address);
  else _whereabouts._look();
}

type Methods = Omit<Client, 'status' | 'counts'>;

/**
 * What the page's code can do with a client, whose parts `need` gives. Whatever it hands over, nothing is
 * thrown into the page.
 */
export function clientOf(need: () => Context): Client {
  const guarded = Object.entries(createMethods(need)).map(([name, method]) => ({
    /* By its name `crashfree/events` finds where the app called it. */
    [name]: (...parameters: unknown[]) =>
      attempt(method as (...all: unknown[]) => unknown, ...parameters),
  }));
  return {
    get status() {
      return statusOf(need());
    },
    get counts() {
      const { _core, _extensions, _ignored } = need();
      return countsOf(_core._up, _extensions._missed, _ignored);
    },
    ...(Object.assign({}, ...guarded) as Methods),
  };
}

function createMethods(need: () => Context): Methods {
  const methods: Methods = {
    setUser(user) {
      const { _core } = settle(need());
      const id = idOf(user);
      const at = now();
      _core._run((core) => setUser(core, id, at));
    },
    captureException(error, hint) {
      const context = need();
      /* A client that failed has options that cannot judge. */
      if (!context._failure) capture(context, error, hint);
    },
    startSession(started) {
      const context = settle(need());
      const user = started?.user;
      const id = user === undefined ? user : idOf(user);
      const at = now();
      tell(context, (core) => restart(core, id, at));
    },
    captureSession(end) {
      if (end) methods.endSession();
      flush(settle(need()));
    },
    endSession() {
      const context = settle(need());
      const at = now();
      tell(context, (core) => core._end(SessionStatus.EXITED, at));
    },
    navigate: (to) => navigate(need(), to),
    setConsent(consent) {
      const { _core } = settle(need());
      _core._run((core) => core._set_consent(consentOf(consent)));
    },
    getSession() {
      const core = need()._core._need();
      return JSON.parse((core && core._read(core._session())) || 'null') as Session | null;
    },
    flush(timeout) {
      const context = settle(need());
      flush(context);
      return idle(context, timeout);
    },
    close(timeout) {
      const context = settle(need());
      tell(context, (core) => core._close());
      context._stop('closed');
      return idle(context, timeout);
    },
    watch(target, userId) {
      const context = need();
      context._errors._watch(target);
      if (typeof userId !== 'string' || !userId || userId === context._user) return;
      context._user = userId;
      methods.setUser({ id: userId });
    },
  };
  return methods;
}
