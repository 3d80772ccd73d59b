import type { RequestView } from '../app/views.js';
import { byId, h, keyed, setText } from './dom.js';
import { bytes, clock, plural } from './format.js';

type Item = RequestView['items'][number];

interface SessionItem {
  item: Item;
  request: RequestView;
}

/** All that arrived for one session, or a single item that belongs to none. */
interface SessionView {
  key: string;
  sid: string;
  updates: SessionItem[];
}

export interface ListFilter {
  release?: string;
  environment?: string;
  problems: boolean;
}

const KEEP = 500;
const SHOWN = 150;
const OUTCOMES = { accept: 'taken', normalise: 'altered', drop: 'lost' } as const;
const TONES = { accept: 'good', normalise: 'warn', drop: 'bad' } as const;

let requests: RequestView[] = [];

/** Adds what is new; `reset` begins anew. */
export function addRequests(list: readonly RequestView[], reset: boolean): void {
  requests = (reset ? [] : requests).concat(list).slice(-KEEP);
}

export const isEmpty = (): boolean => requests.length === 0;

const isSession = ({ type }: Item): boolean => type === 'session' || type === 'sessions';
const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const word = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What an item says about itself: as the server took it, or else as it was sent. */
function about({ session, payload, type }: Item) {
  const sent = record(payload);
  const attrs = record(sent['attrs']);
  return {
    sid: session?.sid ?? word(sent['sid']),
    status: session?.status ?? (type === 'sessions' ? 'aggregate' : word(sent['status'])),
    release: session?.release ?? word(attrs['release']),
    environment: session ? (session.environment ?? '') : word(attrs['environment']),
    did: session ? (session.did ?? '') : word(sent['did']),
    errors: session?.errors ?? 0,
  };
}

function matches(item: Item, { release, environment, problems }: ListFilter): boolean {
  const facts = about(item);
  if (release !== undefined && facts.release !== release) return false;
  if (environment !== undefined && facts.environment !== environment) return false;
  return !problems || item.outcome !== 'accept' || item.warnings.length > 0;
}

function pill(text: string, tone = '', title = ''): HTMLElement {
  return h('span', { class: 'pill', 'data-tone': tone, title: title || undefined }, text);
}

function statusPill(status: string, errors: number): HTMLElement {
  const state =
    status === 'ok' || status === 'exited' ? (errors > 0 ? 'errored' : 'healthy') : status;
  const known = ['healthy', 'errored', 'unhandled', 'abnormal', 'crashed'].includes(state);
  const text = errors > 0 && state === 'errored' ? `${status}, errors` : status || '–';
  return h(
    'span',
    { class: 'status' },
    h('span', { class: `dot ${known ? state : 'abnormal'}` }),
    text.slice(0, 40),
  );
}

/** What the server makes of one item and why. */
function verdict(item: Item): HTMLElement {
  return h(
    'div',
    { class: 'verdict' },
    h(
      'p',
      {},
      pill(OUTCOMES[item.outcome], TONES[item.outcome]),
      h('span', {}, ` ${item.type}: ${item.reason}`),
    ),
    ...item.warnings.map((text) => h('p', {}, pill('careful', 'warn'), h('span', {}, ` ${text}`))),
    h(
      'p',
      { class: 'metrics' },
      h('span', { class: 'soft' }, 'Metrics: '),
      ...(item.metrics.length === 0
        ? [h('span', { class: 'soft' }, 'none')]
        : item.metrics.slice(0, 20).map((metric) => h('code', {}, metric))),
      item.metrics.length > 20 ? ` and ${item.metrics.length - 20} more` : undefined,
    ),
    item.payload === undefined ? undefined : raw('Payload', JSON.stringify(item.payload, null, 2)),
  );
}

function raw(title: string, text: string): HTMLElement {
  const shown = text.length > 8192 ? `${text.slice(0, 8192)}…` : text;
  return h(
    'details',
    { class: 'raw' },
    h('summary', {}, title),
    h('pre', { tabindex: '0' }, shown),
  );
}

/** A row that opens; its inside is made on first opening and kept up to date while open. */
function openable(grid: string, fill: (inside: HTMLElement) => void): HTMLElement {
  const inside = h('div', { class: 'inside' });
  const details = h('details', {}, h('summary', { class: `row ${grid}` }), inside);
  const element = h('li', { class: performance.now() > 3000 ? 'fresh' : undefined }, details);
  details.addEventListener('toggle', () => {
    if (details.open) fill(inside);
  });
  return element;
}

/** Cells of a row; labels are for narrow screens and screen readers. */
function cells(row: Element, parts: readonly [label: string, content: Node | string][]): void {
  const signature = parts.map(([, part]) => (typeof part === 'string' ? part : part.textContent));
  const text = JSON.stringify(signature);
  const summary = row as HTMLElement;
  if (summary.dataset['text'] === text) return;
  summary.dataset['text'] = text;
  summary.replaceChildren(
    ...parts.map(([label, part]) =>
      h(
        'span',
        { class: `cell ${label.toLowerCase().replace(/\W/g, '')}` },
        h('span', { class: 'unseen' }, `${label}: `),
        part,
      ),
    ),
  );
}

const insides = new WeakMap<HTMLElement, string>();

function sessionsOf(filter: ListFilter): SessionView[] {
  const views = new Map<string, SessionView>();
  for (const request of requests) {
    request.items.forEach((item, index) => {
      if (!isSession(item)) return;
      const { sid } = about(item);
      const key = item.session === undefined ? `${request.number}.${index}` : sid;
      const view = views.get(key) ?? { key, sid, updates: [] };
      view.updates.push({ item, request });
      views.delete(key);
      views.set(key, view);
    });
  }
  return [...views.values()]
    .filter(({ updates }) => updates.some(({ item }) => matches(item, filter)))
    .reverse()
    .slice(0, SHOWN);
}

function fillSession(inside: HTMLElement, { sid, updates }: SessionView): void {
  const signature = String(updates.length);
  if (insides.get(inside) === signature) return;
  insides.set(inside, signature);
  inside.replaceChildren(
    h('p', { class: 'soft' }, sid === '' ? 'No session id' : 'Session ', h('code', {}, sid)),
    h(
      'ol',
      { class: 'updates' },
      ...updates.map(({ item, request }) =>
        h(
          'li',
          {},
          h(
            'p',
            { class: 'soft small' },
            `${clock(request.receivedAt)} · envelope ${request.number} · answer ${request.status}`,
          ),
          verdict(item),
        ),
      ),
    ),
  );
}

/** The worst thing that can be said about a list of items. */
function worst(items: readonly Item[]): { text: string; tone: string; note: string } {
  const of = (outcome: Item['outcome']): Item | undefined =>
    items.find((item) => item.outcome === outcome);
  const lost = of('drop');
  if (lost !== undefined) return { text: 'lost', tone: 'bad', note: lost.reason };
  const careful = [...items].reverse().find((item) => item.warnings.length > 0);
  if (careful !== undefined) {
    return { text: 'careful', tone: 'warn', note: careful.warnings[0] ?? '' };
  }
  const altered = of('normalise');
  if (altered !== undefined) return { text: 'altered', tone: 'warn', note: altered.reason };
  return { text: 'taken', tone: 'good', note: items.at(-1)?.reason ?? '' };
}

function said({ text, tone, note }: ReturnType<typeof worst>): Node {
  return h('span', { class: 'said' }, pill(text, tone), h('span', { class: 'note' }, note));
}

export function showSessions(filter: ListFilter): void {
  const list = sessionsOf(filter);
  const current = new Map(list.map((view) => [view.key, view]));
  keyed(
    byId('session-list'),
    list,
    ({ key }) => key,
    ({ key }) =>
      openable('sessions-grid', (inside) => {
        const view = current.get(key) ?? list.find((entry) => entry.key === key);
        if (view !== undefined) fillSession(inside, view);
      }),
    (element, view) => {
      const last = view.updates.at(-1) as SessionItem;
      const facts = about(last.item);
      const times = view.updates.length > 1 ? ` ×${view.updates.length}` : '';
      cells(element.querySelector('summary') as Element, [
        ['Time', clock(last.request.receivedAt)],
        ['Session', h('code', {}, `${view.sid.slice(0, 8) || '–'}${times}`)],
        ['Status', statusPill(facts.status, facts.errors)],
        ['Release', facts.release.slice(0, 80) || '–'],
        ['Environment', facts.environment.slice(0, 64) || '–'],
        ['User', facts.did.slice(0, 40) || '–'],
        ['Verdict', said(worst(view.updates.map(({ item }) => item)))],
      ]);
      const details = element.querySelector('details') as HTMLDetailsElement;
      if (details.open) fillSession(details.querySelector('.inside') as HTMLElement, view);
    },
  );
  byId('sessions-none').classList.toggle('hidden', list.length > 0);
  setText(byId('tab-sessions'), `Sessions (${list.length}${list.length === SHOWN ? '+' : ''})`);
}

function fillEnvelope(inside: HTMLElement, request: RequestView): void {
  if (insides.has(inside)) return;
  insides.set(inside, '');
  inside.replaceChildren(
    h('p', {}, request.reason),
    ...request.items.map(verdict),
    ...(request.envelope === undefined
      ? []
      : [raw('Envelope header', JSON.stringify(request.envelope, null, 2))]),
    raw('Body as sent', request.body === '' ? '(empty)' : request.body),
  );
}

function requestVerdict(request: RequestView): ReturnType<typeof worst> {
  if (request.status === 0) return { text: 'cut', tone: 'bad', note: request.reason };
  const isRefused = request.status < 200 || request.status > 299;
  if (isRefused) return { text: 'refused', tone: 'bad', note: request.reason };
  if (request.items.length === 0) return { text: 'taken', tone: 'good', note: request.reason };
  return worst(request.items);
}

export function showEnvelopes(filter: ListFilter): void {
  const isOpen = filter.release === undefined && filter.environment === undefined;
  const list = requests
    .filter((request) => {
      const { tone } = requestVerdict(request);
      if (filter.problems && tone === 'good') return false;
      const named = { ...filter, problems: false };
      return isOpen || request.items.some((item) => matches(item, named));
    })
    .reverse()
    .slice(0, SHOWN);
  const current = new Map(list.map((request) => [String(request.number), request]));
  keyed(
    byId('envelope-list'),
    list,
    ({ number }) => String(number),
    ({ number }) =>
      openable('envelopes-grid', (inside) => {
        const request = current.get(String(number));
        if (request !== undefined) fillEnvelope(inside, request);
      }),
    (element, request) => {
      const kinds = new Map<string, number>();
      for (const { type } of request.items) kinds.set(type, (kinds.get(type) ?? 0) + 1);
      const items = [...kinds].map(([type, number]) =>
        type === 'session' ? plural(number, 'update') : `${number} × ${type}`,
      );
      const { status } = request;
      const tone = status >= 200 && status < 300 ? 'good' : 'bad';
      cells(element.querySelector('summary') as Element, [
        ['Time', clock(request.receivedAt)],
        ['Number', `#${request.number}`],
        ['Answer', pill(status === 0 ? 'none' : String(status), tone)],
        ['Size', bytes(request.bytes)],
        ['Items', request.method === 'POST' ? items.join(', ') || 'none' : request.method],
        ['Verdict', said(requestVerdict(request))],
      ]);
    },
  );
  byId('envelopes-none').classList.toggle('hidden', list.length > 0);
  setText(byId('tab-envelopes'), `Envelopes (${list.length}${list.length === SHOWN ? '+' : ''})`);
}
