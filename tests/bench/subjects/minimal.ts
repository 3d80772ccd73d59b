/**
 * The floor: the least JavaScript that sends a session for a page load and each navigation, and
 * says how it ended. It retries nothing, keeps no rate limit, and takes all errors for crashes.
 */
import { publish, type StartOptions } from './publish.js';

interface Session {
  sid: string;
  init: boolean;
  started: string;
  status: 'ok' | 'exited' | 'crashed';
  errors: number;
}

let url: string;
let attrs: object;
let session: Session;

function send(...sessions: Session[]): void {
  const lines = [{ sent_at: new Date() } as object];
  for (const item of sessions) {
    lines.push({ type: 'session' }, { ...item, timestamp: new Date(), attrs });
    item.init = false;
  }
  const body = lines.map((line) => JSON.stringify(line)).join('\n');
  fetch(url, { method: 'POST', body, keepalive: true }).catch(() => undefined);
}

function begin(): void {
  session = {
    sid: crypto.randomUUID().replaceAll('-', ''),
    init: true,
    started: new Date().toISOString(),
    status: 'ok',
    errors: 0,
  };
}

function navigated(): void {
  const last = session;
  begin();
  if (last.status !== 'ok') return send(session);
  last.status = 'exited';
  send(last, session);
}

function failed(crashed: boolean): void {
  if (session.status !== 'ok' || (!crashed && session.errors)) return;
  session.errors++;
  if (crashed) session.status = 'crashed';
  send(session);
}

publish(
  ({ dsn, release, environment }: StartOptions) => {
    const { origin, username, pathname } = new URL(dsn);
    url = `${origin}/api${pathname}/envelope/?sentry_version=7&sentry_key=${username}`;
    attrs = { release, environment, user_agent: navigator.userAgent };
    begin();
    const calm = () => requestIdleCallback(() => session.init && send(session));
    if (document.readyState === 'complete') calm();
    else addEventListener('load', calm);
    addEventListener('error', () => failed(true));
    addEventListener('unhandledrejection', () => failed(true));
    addEventListener('pagehide', () => session.init && send(session));
    addEventListener('popstate', navigated);
    const { pushState } = history;
    history.pushState = (...state) => {
      pushState.apply(history, state);
      navigated();
    };
  },
  () => failed(false),
);
