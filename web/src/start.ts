import { createCore, type Core } from './core';
import { releaseOf, type Consent, type Options, type Session } from './options';
import type { Transport } from './transport';

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

/** Value of `crashfree_session_status`. */
const UNHANDLED = 3;

/** The value of `crashfree_consent`. */
export const consentValue = (consent: Consent | undefined) =>
  Math.max(['granted', 'pending', 'denied'].indexOf(consent!), 0);

/** Puts the options into the core. */
function configure({ _calls: { set_number, set_text }, _write: write }: Core, options: Options) {
  const { environment = 'production', tunnel, maxSessionsPerMinute } = options;
  const isPrivate =
    options.globalPrivacyControl &&
    (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl;

  set_text(Option.Dsn, write(options.dsn ?? ''));
  set_text(Option.Release, write(releaseOf(options)));
  if (
    !set_text(Option.Environment, write(typeof environment === 'string' ? environment : '')) &&
    options.debug
  ) {
    console.warn('crashfree: invalid-environment, left out');
  }
  set_text(Option.UserAgent, write(navigator.userAgent));
  if (tunnel != null) set_text(Option.Tunnel, write(tunnel));
  set_number(Option.SampleRate, options.sampleRate ?? 1);
  set_number(Option.Consent, consentValue(isPrivate ? 'denied' : options.consent));
  if (options.unhandledStatus === 'unhandled') set_number(Option.Unhandled, UNHANDLED);
  if (maxSessionsPerMinute != null) set_number(Option.PerMinute, maxSessionsPerMinute);
  if (options.sendClientReports === false) set_number(Option.Reports, 0);
  if (options.beforeSendSession) set_number(Option.BeforeSend, 1);
}

/**
 * Starts a core with its options, clock, timer and network. `ready` is called when it is up, at once
 * where possible; `changed` after what it did on its own. Throws or rejects where it cannot run.
 */
export function startCore(
  options: Options,
  transport: Transport,
  ready: (core: Core) => void,
  changed: (status?: number) => void,
): void | Promise<void> {
  let core: Core;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const begin = (started: Core) => {
    core = started;
    configure(core, options);
    ready(core);
  };
  const starting = createCore({
    _wake(delay) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        core._calls.wake();
        changed();
      }, delay);
    },
    _fetch(request, url, body, atExit) {
      /* Before it leaves: what is on its way counts as delivered. */
      changed();
      transport._send(url, body, atExit, (status, limits, retryAfter) => {
        core._calls.respond(request, status, core._write(limits), retryAfter);
        changed(status);
      });
    },
    _beforeSend(session) {
      try {
        const keep = options.beforeSendSession!(JSON.parse(session) as Session);
        return keep !== false && keep !== null;
      } catch {
        return true;
      }
    },
  });
  return starting instanceof Promise ? starting.then(begin) : begin(starting);
}
