import { byId, h, setText } from '../../server/page/dom.js';
import { call, library } from './library.js';

const PROJECT = '1';
const USERS = ['ann', 'bob', 'chen'];
const VERSIONS = ['1.4.0', '2.0.0'];
const ENVIRONMENTS = ['production', 'staging'];

const { base = '', version = '', environment = '' } = document.body.dataset;

async function order(path: string, body: unknown, method = 'POST'): Promise<void> {
  await fetch(`/api/${PROJECT}/${path}`, { method, body: JSON.stringify(body) });
}

function say(text: string): void {
  setText(byId('panel-said'), text);
}

function stored(): string | null {
  try {
    return sessionStorage.getItem('user');
  } catch {
    return null;
  }
}

function logIn(id: string | null): void {
  try {
    if (id === null) sessionStorage.removeItem('user');
    else sessionStorage.setItem('user', id);
  } catch {
    // Without storage the user is forgotten with the page.
  }
  call('setUser', id === null ? null : { id });
  say(id === null ? 'Logged out.' : `Logged in as ${id}.`);
}

/** The same page in another release or environment: a real page load. */
function choice(
  label: string,
  values: readonly string[],
  chosen: string,
  part: 2 | 3,
): HTMLElement {
  const select = h('select', {}, ...values.map((value) => h('option', { value }, value)));
  select.value = chosen;
  select.addEventListener('change', () => {
    const parts = location.pathname.split('/');
    parts[part] = select.value;
    location.assign(parts.join('/') + location.search);
  });
  return h('label', {}, `${label} `, select);
}

type Action = [label: string, run: () => unknown, said?: string];

function group(title: string, ...actions: Action[]): HTMLElement {
  return h(
    'section',
    {},
    h('h3', {}, title),
    h(
      'div',
      { class: 'buttons' },
      ...actions.map(([label, run, said]) => {
        const button = h('button', { type: 'button' }, label);
        button.addEventListener('click', () => {
          if (said !== undefined) say(said);
          run();
        });
        return button;
      }),
    ),
  );
}

let route = 0;
/** An order, and not the one that is shown. */
function nextRoute(): string {
  const path = `${base}/account/orders/${1001 + route++}`;
  return path === location.pathname ? nextRoute() : path;
}

function throwError(): never {
  const voucher = undefined as unknown as { code: string };
  throw new TypeError(`No voucher code: ${voucher?.code}`);
}

/** Builds the panel that makes things happen on every page of the shop. */
export function showPanel(): void {
  byId('panel').append(
    h('h2', { id: 'panel-title' }, 'Make something happen'),
    h(
      'div',
      { class: 'choices' },
      choice('Release', VERSIONS, version, 2),
      choice('Environment', ENVIRONMENTS, environment, 3),
      h('a', { href: '/', target: 'release-health' }, 'Release-health page'),
    ),
    group(
      'Errors',
      ['Throw', throwError, 'An error nobody catches.'],
      [
        'Reject',
        () => void Promise.reject(new Error('The stock service said no')),
        'A promise nobody catches.',
      ],
      [
        'Capture',
        () => call('captureException', new Error('Voucher not valid')),
        'A handled error, reported by captureException.',
      ],
    ),
    group('User', ...USERS.map((id): Action => [`Log in ${id}`, () => logIn(id)]), [
      'Log out',
      () => logIn(null),
    ]),
    group(
      'Navigation',
      ['Push', () => history.pushState(null, '', nextRoute()), 'A new route.'],
      ['Replace', () => history.replaceState(null, '', nextRoute()), 'Another route in place.'],
      [
        'Same URL',
        () => history.replaceState({}, '', location.href),
        'The same URL: no new session.',
      ],
      ['Hash', () => (location.hash = `part-${route++}`), 'Within the page: no new session.'],
      ['Back', () => history.back()],
    ),
    group(
      'Network',
      [
        'Go offline',
        () => {
          void order('faults', { drop: 'before', times: 100_000 });
          dispatchEvent(new Event('offline'));
        },
        'Offline: the server cuts every connection of the library.',
      ],
      [
        'Go online',
        () => void order('faults', {}, 'DELETE').then(() => dispatchEvent(new Event('online'))),
        'Online again.',
      ],
      ['Next answer 503', () => order('faults', { status: 503 }), 'The next request is refused.'],
      [
        'Rate limit 15 s',
        () => order('limit', { categories: ['session'], seconds: 15 }),
        'Sessions are limited for 15 seconds.',
      ],
    ),
    group(
      'Session',
      ['Start', () => call('startSession'), 'A session by hand.'],
      ['End', () => call('endSession'), 'The session is over.'],
      ['Flush', () => call('flush', 2000), 'Everything pending goes out.'],
      ['Withdraw consent', () => call('setConsent', 'denied'), 'Nothing is sent any more.'],
      ['Give consent', () => call('setConsent', 'granted'), 'Sessions are sent.'],
    ),
    h('p', { id: 'panel-said', class: 'said', role: 'status' }),
  );
}

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

/** Tells the library who was logged in on the page before. */
export function restoreUser(): void {
  const id = stored();
  if (id !== null) call('setUser', { id });
}
