/** The strip at the foot of each page of the shop: what the library is at. */
import { byId, h, setText } from '../../server/page/dom.js';
import { library } from './library.js';

const { version = '' } = document.body.dataset;

function fact(name: string): HTMLElement {
  return h(
    'span',
    {},
    h('span', { class: 'soft' }, `${name} `),
    h('b', { 'data-fact': name }, '–'),
  );
}

/** Shows on every page which session is running and whether it is being sent. */
export function showStrip(): void {
  const strip = byId('strip');
  strip.append(...['status', 'session', 'state', 'errors', 'user', 'release'].map(fact));
  const set = (name: string, text: string): void => {
    setText(strip.querySelector(`[data-fact="${name}"]`) as Element, text);
  };
  const script = document.querySelector<HTMLScriptElement>('script[data-dsn]');
  let missing = false;
  script?.addEventListener('error', () => (missing = true));

  const show = (): void => {
    const loaded = library();
    if (loaded === undefined) {
      set('status', missing ? 'crashfree.min.js is missing: npm run build' : 'loading');
      return;
    }
    const client = loaded.getClient?.();
    const session = loaded.getSession?.() ?? null;
    set('status', client?.status ?? 'not started');
    set('session', session === null ? 'none' : session.sid.slice(0, 8));
    set('state', session?.status ?? '–');
    set('errors', String(session?.errors ?? '–'));
    set('user', session?.did ?? 'none');
    set('release', session?.attrs.release ?? `shop@${version}`);
    const { counts } = client ?? {};
    strip.title =
      counts === undefined
        ? ''
        : `${counts.started} started, ${counts.accepted} taken by the server, ${counts.requests} requests`;
  };
  show();
  setInterval(show, 250);
}
