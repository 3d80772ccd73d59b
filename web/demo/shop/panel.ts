import { byId, h } from '../../server/page/dom.js';
import { call } from './library.js';
import { say } from './say.js';
import { logIn } from './user.js';

const PROJECT = '1';
const USERS = ['ann', 'bob', 'chen'];
const VERSIONS = ['1.4.0', '2.0.0'];
const ENVIRONMENTS = ['production', 'staging'];

const { base = '', version = '', environment = '' } = document.body.dataset;

async function order(path: string, body: unknown, method = 'POST'): Promise<void> {
  await fetch(`/api/${PROJECT}/${path}`, { method, body: JSON.stringify(body) });
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

const errors = (): HTMLElement =>
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
  );

const users = (): HTMLElement =>
  group('User', ...USERS.map((id): Action => [`Log in ${id}`, () => logIn(id)]), [
    'Log out',
    () => logIn(null),
  ]);

const navigation = (): HTMLElement =>
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
  );

function goOffline(): void {
  void order('faults', { drop: 'before', times: 100_000 });
  dispatchEvent(new Event('offline'));
}

async function goOnline(): Promise<void> {
  await order('faults', {}, 'DELETE');
  dispatchEvent(new Event('online'));
}

const network = (): HTMLElement =>
  group(
    'Network',
    ['Go offline', goOffline, 'Offline: the server cuts every connection of the library.'],
    ['Go online', goOnline, 'Online again.'],
    ['Next answer 503', () => order('faults', { status: 503 }), 'The next request is refused.'],
    [
      'Rate limit 15 s',
      () => order('limit', { categories: ['session'], seconds: 15 }),
      'Sessions are limited for 15 seconds.',
    ],
  );

const session = (): HTMLElement =>
  group(
    'Session',
    ['Start', () => call('startSession'), 'A session by hand.'],
    ['End', () => call('endSession'), 'The session is over.'],
    ['Flush', () => call('flush', 2000), 'Everything pending goes out.'],
    ['Withdraw consent', () => call('setConsent', 'denied'), 'Nothing is sent any more.'],
    ['Give consent', () => call('setConsent', 'granted'), 'Sessions are sent.'],
  );

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
    errors(),
    users(),
    navigation(),
    network(),
    session(),
    h('p', { id: 'panel-said', class: 'said', role: 'status' }),
  );
}
