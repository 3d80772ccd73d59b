/** A client at work: counts the requests of the process for one DSN, release and environment. */
import type { IncomingMessage } from 'node:http';
import { attempt } from '../src/platform/attempt';
import type { Core } from './core';
import { Delivery } from './delivery';
import { Events } from './events';
import { inactive } from './inactive';
import { follow, type RequestCounter } from './incoming';
import { currentSession, enter, sessionOfAny } from './incoming/context';
import { middleware, open, wrapListener } from './incoming/foreign';
import { whenServing } from './incoming/servers';
import { End, Sessions } from './incoming/session';
import type { Settings } from './options';
import { watchProcess, type Watcher } from './process';
import { ProcessSession } from './process/session';
import { createSender, type Sender } from './sender';
import { LAST_WORD_MS } from './sender/way';
import { Tally } from './tally';
import type { CaptureHint, Client } from './types';

/** Says something on the console if the options ask for that. */
export type Warn = (text: string) => void;

/** How an error that somebody reports ends a session. */
const endOf = (hint: CaptureHint | null | undefined): End =>
  (attempt(() => hint?.handled ?? hint?.mechanism?.handled) ?? true) ? End.ERRORED : End.CRASHED;

/** Says once what a function of the app's did wrong. */
function once(warn: Warn): Warn {
  let said = false;
  return (text) => {
    if (!said) warn(text);
    said = true;
  };
}

/** Where events are made, if they are wanted and can be. */
function createEvents(
  url: string,
  settings: Settings,
  sender: Sender,
  warn: Warn,
): Events | undefined {
  const { dsn, tunnel, release, environment, parts } = settings;
  if (!parts.events) return undefined;
  try {
    return new Events({ url, dsn, tunnel, release, environment }, parts.events, sender, warn);
  } catch {
    warn('events cannot be made here, none are sent');
    return undefined;
  }
}

/** What a request, or an error of one, is to this client. */
function counterOf(
  sessions: Sessions,
  delivery: Delivery,
  events: Events | undefined,
  { ignoreIncomingRequests }: Settings,
  warn: Warn,
): RequestCounter {
  const complain = once(warn);
  return {
    sessions,
    remembers: events !== undefined,
    failed(error, session, failure) {
      events?.failed(error, session, failure, session?.request?.deref() as IncomingMessage);
    },
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
}

/** What the errors and the end of the process mean to this client. */
const watcherOf = (
  { uncaught, rejections }: Settings['parts'],
  counter: RequestCounter,
  delivery: Delivery,
  processSession: ProcessSession | undefined,
): Watcher => ({
  uncaught,
  rejections,
  crashed(error, session, origin) {
    const own = session?.of(counter.sessions);
    counter.failed(error, own, { handled: false, origin });
    own?.crash();
    processSession?.uncaught();
  },
  beforeEnd() {
    processSession?.beforeEnd();
    delivery.beforeEnd();
  },
  end(code) {
    const until = performance.now() + LAST_WORD_MS;
    processSession?.lastWord(code, LAST_WORD_MS);
    counter.sessions.endAll();
    delivery.lastWord(Math.max(0, until - performance.now()));
  },
});

/** Starts to count. */
export function startClient(core: Core, settings: Settings, warn: Warn): Client {
  const tally = new Tally(core, () => delivery.expect());
  const sender = createSender(core.url, settings.fetch);
  const events = createEvents(core.url, settings, sender, warn);
  const delivery: Delivery = new Delivery(core, tally, sender, settings.flushInterval, events);
  const sessions = new Sessions(tally);
  const counter = counterOf(sessions, delivery, events, settings, warn);
  const { parts } = settings;
  const processSession = parts.process ? new ProcessSession(core, sender) : undefined;
  const unwatchServers = processSession ? whenServing(() => processSession.giveUp()) : () => {};
  const unfollow = parts.http ? follow(counter) : () => {};
  let closed = false;
  const unwatch = watchProcess(watcherOf(parts, counter, delivery, processSession));

  return {
    get status() {
      return closed ? 'closed' : core.status;
    },
    requestHandler(request, response) {
      const opened = closed ? undefined : open(counter, request, response);
      if (opened) enter(opened.session);
    },
    middleware() {
      const handle = middleware(counter);
      const pass = inactive('closed').middleware();
      return (...parameters: unknown[]) => (closed ? pass : handle)(...parameters);
    },
    wrap: (listener) => wrapListener(counter, listener, () => closed),
    captureException(error, hint) {
      if (closed) return;
      const request = attempt(() => hint?.request) ?? undefined;
      const session = request === undefined ? currentSession() : sessionOfAny(request);
      const end = endOf(hint);
      counter.failed(error, session?.of(sessions), { handled: end === End.ERRORED });
      if (session) session.of(sessions)?.mark(end);
      else processSession?.error(end === End.ERRORED);
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
        events?.stop();
      }
      return delivery.sendWithin(timeout);
    },
  };
}
