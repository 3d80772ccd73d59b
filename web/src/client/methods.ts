import { SessionStatus } from '../abi';
import { clearTimer, setTimer } from '../native';
import { consentOf } from '../options/configure';
import type { Session } from '../options/types';
import { flush, restart, setUser, settle, statusOf, tell, type Context } from './context';
import { countsOf } from './counts';
import { now } from '../moment';
import type { CaptureHint, Client } from './types';

/** Resolves to whether nothing is on its way any more within a time. */
const idle = ({ _transport }: Context, timeout = 2000) =>
  new Promise<boolean>((resolve) => {
    const timer = setTimer(() => resolve(false), timeout);
    void _transport._idle().then(() => {
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

/** What the page's code can do with a client. */
export function methodsOf(context: Context): Client {
  const { _core, _errors, _whereabouts, _ignored } = context;
  const client: Client = {
    get status() {
      return statusOf(context);
    },
    get counts() {
      return countsOf(_core._up, _ignored);
    },
    setUser(user) {
      settle(context);
      const at = now();
      _core._run((core) => setUser(core, user, at));
    },
    captureException(error, hint) {
      /* A client that failed has options that cannot judge. */
      if (!context._failure) capture(context, error, hint);
    },
    startSession(started) {
      settle(context);
      const at = now();
      tell(context, (core) => restart(core, started?.user, at));
    },
    captureSession(end) {
      if (end) client.endSession();
      settle(context);
      flush(context);
    },
    endSession() {
      settle(context);
      const at = now();
      tell(context, (core) => core._end(SessionStatus.EXITED, at));
    },
    navigate(to) {
      try {
        _errors._takeCurrent();
        if (to === undefined) _whereabouts._look();
        else _whereabouts._hook(to);
      } catch {
        /* Not an address. */
      }
    },
    setConsent(consent) {
      settle(context);
      _core._run((core) => core._set_consent(consentOf(consent)));
    },
    getSession() {
      const core = context._began === undefined ? undefined : _core._need();
      return JSON.parse((core && core._read(core._session())) || 'null') as Session | null;
    },
    flush(timeout) {
      settle(context);
      flush(context);
      return idle(context, timeout);
    },
    close(timeout) {
      settle(context);
      tell(context, (core) => core._close());
      context._stop('closed');
      return idle(context, timeout);
    },
    watch: (target) => _errors._watch(target),
  };
  return client;
}
