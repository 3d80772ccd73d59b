/** A client: counts the requests of the process for one DSN, release and environment. */
import { Core } from './core';
import { Delivery } from './delivery';
import { follow, type Counter } from './incoming';
import { currentSession, enter, sessionOfAny } from './incoming/context';
import { middleware, open, wrapListener } from './incoming/foreign';
import { whenServing } from './incoming/servers';
import { End, Sessions } from './incoming/session';
import { settingsOf, type Settings } from './options';
import { watchProcess } from './process';
import { ProcessSession } from './process/session';
import { createSender } from './sender';
import { Tally } from './tally';
import type { CaptureHint, Client, Status } from './types';

/** How an error that somebody reports ends a session. */
export function endOf(hint: CaptureHint | null | undefined): End {
  try {
    return (hint?.handled ?? hint?.mechanism?.handled ?? true) ? End.ERRORED : End.CRASHED;
  } catch {
    return End.ERRORED;
  }
}

/** What clients are told apart by: another one of the same name would count each request twice. */
export const nameOf = (url: string, settings: Settings): unknown[] => [
  url,
  settings.release,
  settings.environment,
  settings.fetch,
];

/** A client that counts nothing. */
function inert(status: Status): Client {
  return {
    status,
    requestHandler() {},
    middleware:
      () =>
      (...parameters: unknown[]) =>
        (
          parameters.filter((parameter) => typeof parameter === 'function').at(-1) as
            (() => unknown) | undefined
        )?.(),
    wrap: (listener) => listener,
    captureException() {},
    flush: () => Promise.resolve(true),
    close: () => Promise.resolve(true),
  };
}

function configure(core: Core, settings: Settings, warn: (text: string) => void): void {
  core.set('DSN', settings.dsn);
  core.set('RELEASE', settings.release);
  if (!core.set('ENVIRONMENT', settings.environment)) warn('invalid-environment, left out');
  if (settings.tunnel) core.set('TUNNEL', settings.tunnel);
}

/** Says once what a function of the app's did wrong. */
function once(warn: (text: string) => void): (text: string) => void {
  let said = false;
  return (text) => {
    if (!said) warn(text);
    said = true;
  };
}

/** An open client, and what others are told apart from it by. */
export interface Started {
  client: Client;
  name: unknown[];
  /** Says something on the console if its options ask for that. */
  warn(text: string): void;
}

export function createClient(
  options: unknown,
  sameAs: (name: unknown[]) => Client | undefined,
): Started {
  let invalid: string | undefined;
  const settings = settingsOf(options, (name) => {
    invalid ??= name;
  });
  const warn = (text: string) => {
    try {
      if (settings.debug) console.warn(`crashfree: ${text}`);
    } catch {
      /* The console is the app's. */
    }
  };
  const fail = (status: Status): Started => {
    warn(`${status}, nothing is sent`);
    return { client: inert(status), name: [], warn };
  };
  if (invalid) return fail(`invalid-${invalid}`);

  let core: Core;
  try {
    core = new Core();
    configure(core, settings, warn);
  } catch {
    return fail('unsupported');
  }
  if (core.status !== 'active') return fail(core.status);

  const name = nameOf(core.url, settings);
  const same = sameAs(name);
  if (same) {
    warn('init was called before with the same dsn, release and environment: its options stay');
    return { client: same, name, warn };
  }
  return { client: start(core, settings, warn), name, warn };
}

function start(core: Core, settings: Settings, warn: (text: string) => void): Client {
  const tally = new Tally(core, () => delivery.expect());
  const sender = createSender(core.url, settings.fetch);
  const delivery: Delivery = new Delivery(core, tally, sender, settings.flushInterval);
  const sessions = new Sessions(tally);
  const { ignoreIncomingRequests, parts } = settings;
  const complain = once(warn);
  const counter: Counter = {
    sessions,
    ignores(url, request) {
      if (delivery.isOwn(url)) return true;
      try {
        return ignoreIncomingRequests?.(url, request) === true;
      } catch {
        complain('ignoreIncomingRequests failed, the request is counted');
        return false;
      }
    },
  };
  const processSession = parts.process ? new ProcessSession(core, sender) : undefined;
  const unwatchServers = processSession ? whenServing(() => processSession.giveUp()) : () => {};
  const unfollow = parts.http ? follow(counter) : () => {};
  let closed = false;
  const unwatch = watchProcess({
    ...parts,
    crashed(session) {
      session?.of(sessions)?.crash();
      processSession?.uncaught();
    },
    beforeEnd() {
      processSession?.beforeEnd();
      delivery.beforeEnd();
    },
    end(code) {
      processSession?.lastWord(code);
      sessions.endAll();
      delivery.lastWord();
    },
  });

  const client: Client = {
    get status() {
      return closed ? 'closed' : core.status;
    },
    requestHandler(request, response) {
      const opened = closed ? undefined : open(counter, request, response);
      if (opened) enter(opened.session);
    },
    middleware() {
      const handle = middleware(counter);
      const pass = inert('closed').middleware();
      return (...parameters: unknown[]) => (closed ? pass : handle)(...parameters);
    },
    wrap: (listener) => wrapListener(counter, listener, () => closed),
    captureException(_error, hint) {
      const request = requestOf(hint);
      const session = request === undefined ? currentSession() : sessionOfAny(request);
      if (session) session.of(sessions)?.mark(endOf(hint));
      else processSession?.error(endOf(hint) === End.ERRORED);
    },
    flush: (timeout = 2000) => delivery.sendWithin(timeout),
    close(timeout = 2000) {
      if (!closed) {
        sessions.endAll();
        closed = true;
        unfollow();
        unwatch();
        unwatchServers();
        processSession?.beforeEnd();
        delivery.stop();
      }
      return delivery.sendWithin(timeout);
    },
  };
  return client;
}

function requestOf(hint: CaptureHint | null | undefined): unknown {
  try {
    return hint?.request ?? undefined;
  } catch {
    return undefined;
  }
}
