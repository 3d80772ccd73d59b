import type { Adoption, ReleaseRow, Summary } from '../metrics/summary.js';
import type { Metrics } from '../metrics/event.js';
import { byId, h, keyed, setText } from './dom.js';
import { count, percent, plural } from './format.js';

/** Sessions by state in the order in which bars and legends show them. */
export const STATES = ['healthy', 'errored', 'unhandled', 'abnormal', 'crashed'] as const;
export type State = (typeof STATES)[number];

interface Kpi {
  title: string;
  value: string;
  note: string;
  bar?: { metrics: Pick<Metrics, State>; label: string };
  tone?: 'good' | 'warn' | 'bad';
}

function tone(rate: number | null): Kpi['tone'] {
  if (rate === null) return undefined;
  return rate >= 0.99 ? 'good' : rate >= 0.95 ? 'warn' : 'bad';
}

/** A bar split by state; widths go through the style object, which a strict CSP allows. */
function stateBar(): HTMLElement {
  const bar = h('div', { class: 'bar', role: 'img' });
  for (const state of STATES) bar.append(h('span', { class: `fill ${state}` }));
  return bar;
}

function updateBar(bar: Element, metrics: Pick<Metrics, State>, label: string): void {
  const total = STATES.reduce((sum, state) => sum + metrics[state], 0);
  [...bar.children].forEach((part, index) => {
    const value = metrics[STATES[index] as State];
    const { style } = part as HTMLElement;
    style.width = `${(100 * value) / total}%`;
    // An empty part would still take its share of the gaps.
    style.display = value > 0 ? '' : 'none';
  });
  const parts = STATES.filter((state) => metrics[state] > 0);
  bar.setAttribute('aria-label', `${label}: ${parts.map((s) => `${metrics[s]} ${s}`).join(', ')}`);
}

function showKpi(id: string, { title, value, note, bar, tone }: Kpi): void {
  const card = byId(id);
  if (card.childElementCount === 0) {
    card.append(
      h('h2', { class: 'kpi-title' }),
      h('p', { class: 'kpi-value' }),
      ...(bar === undefined ? [] : [stateBar()]),
      h('p', { class: 'kpi-note soft' }),
    );
  }
  setText(card.querySelector('.kpi-title') as Element, title);
  const number = card.querySelector('.kpi-value') as HTMLElement;
  setText(number, value);
  number.dataset['tone'] = tone ?? '';
  setText(card.querySelector('.kpi-note') as Element, note);
  const shown = card.querySelector('.bar');
  if (bar !== undefined && shown !== null) updateBar(shown, bar.metrics, bar.label);
}

/** "3 crashed, 2 errored" or a word of calm. */
function breakdown(metrics: Pick<Metrics, State>): string {
  const parts = STATES.slice(1)
    .reverse()
    .filter((state) => metrics[state] > 0)
    .map((state) => `${count(metrics[state])} ${state}`);
  return parts.length === 0 ? 'nothing went wrong' : parts.join(', ');
}

function showKpis({ total, counts, adoption, faults, disabled }: Summary): void {
  showKpi('kpi-sessions', {
    title: 'Crash-free sessions',
    value: percent(total.crashFreeRate),
    note: `${plural(total.all, 'session')}: ${breakdown(total)}`,
    bar: { metrics: total, label: 'Sessions' },
    tone: tone(total.crashFreeRate),
  });
  const { users } = total;
  showKpi('kpi-users', {
    title: 'Crash-free users',
    value: percent(users.crashFreeRate),
    note:
      users.all === 0
        ? 'No session names a user (did).'
        : `${plural(users.all, 'user')}: ${breakdown(users)}`,
    bar: { metrics: users, label: 'Users' },
    tone: tone(users.crashFreeRate),
  });
  const main = adoption.find(({ environment }) => environment === 'production') ?? adoption[0];
  const [newest] = main?.releases ?? [];
  showKpi('kpi-adoption', {
    title: 'Newest release',
    value: newest === undefined ? '–' : percent(newest.share),
    note:
      newest === undefined || main === undefined
        ? 'Sessions without an environment have no adoption.'
        : `of ${main.environment} is on ${newest.release}`,
  });
  const lost = counts.drop + counts.rejected;
  showKpi('kpi-items', {
    title: 'Lost at the server',
    value: count(lost),
    note:
      (faults > 0 ? `${plural(faults, 'fault')} ordered · ` : '') +
      (disabled ? 'project disabled · ' : '') +
      `${plural(counts.drop, 'item')} dropped, ${count(counts.rejected)} refused` +
      (counts.normalise > 0 ? `; ${count(counts.normalise)} altered` : ''),
    tone: lost > 0 ? 'warn' : 'good',
  });
}

const CELLS = ['all', 'users', 'crashed', 'unhandled', 'abnormal', 'errored'] as const;
const LABELS: Record<(typeof CELLS)[number], string> = {
  all: 'Sessions',
  users: 'Users',
  crashed: 'Crashed',
  unhandled: 'Unhandled',
  abnormal: 'Abnormal',
  errored: 'Errored',
};

function releaseRow(row: ReleaseRow): HTMLElement {
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, h('span', { class: 'release-name' }, row.release), h('small')),
    h('td', { 'data-label': 'Crash-free sessions' }, h('b', { class: 'rate' }), stateBar()),
    h('td', { 'data-label': 'Crash-free users' }, h('b', { class: 'rate' }), stateBar()),
    ...CELLS.map((cell) => h('td', { class: 'num', 'data-label': LABELS[cell] })),
  );
}

function updateReleaseRow(element: HTMLElement, { metrics, environments }: ReleaseRow): void {
  const names = environments.map((name) => (name === '' ? 'no environment' : name));
  setText(element.querySelector('small') as Element, names.join(', '));
  const rates = element.querySelectorAll<HTMLElement>('.rate');
  const bars = element.querySelectorAll('.bar');
  [metrics, metrics.users].forEach((numbers, index) => {
    const rate = rates[index] as HTMLElement;
    setText(rate, percent(numbers.crashFreeRate));
    rate.dataset['tone'] = tone(numbers.crashFreeRate) ?? '';
    updateBar(bars[index] as Element, numbers, index === 0 ? 'Sessions' : 'Users');
  });
  const cells = element.querySelectorAll('td.num');
  CELLS.forEach((cell, index) => {
    const value = cell === 'users' ? metrics.users.all : metrics[cell];
    setText(cells[index] as Element, count(value));
  });
}

function adoptionBlock({ environment }: Adoption): HTMLElement {
  return h(
    'section',
    { class: 'environment' },
    h('h3', {}, environment, ' ', h('small', { class: 'soft' })),
    h('ul', { class: 'shares' }),
  );
}

function updateAdoption(element: HTMLElement, { sessions, releases }: Adoption): void {
  setText(element.querySelector('h3 small') as Element, plural(sessions, 'session'));
  keyed(
    element.querySelector('.shares') as Element,
    releases,
    ({ release }) => release,
    ({ release }) =>
      h(
        'li',
        {},
        h('span', { class: 'share-name' }, release),
        h('span', { class: 'share-track', 'aria-hidden': 'true' }, h('span', { class: 'share' })),
        h('b', { class: 'num' }),
        h('span', { class: 'tag' }),
      ),
    (item, { share, sessions: number, adopted }) => {
      (item.querySelector('.share') as HTMLElement).style.width = `${100 * share}%`;
      setText(item.querySelector('b') as Element, percent(share));
      const tag = item.querySelector('.tag') as HTMLElement;
      setText(tag, adopted ? 'adopted' : 'low');
      tag.title = adopted
        ? `${plural(number, 'session')}; at least 10 % of the environment`
        : `${plural(number, 'session')}; adopted means at least 10 % of the environment`;
      tag.dataset['tone'] = adopted ? 'good' : '';
    },
  );
}

/** Shows everything but the timeline and the live lists. */
export function showFigures(summary: Summary): void {
  showKpis(summary);
  keyed(
    byId('release-rows'),
    summary.releaseRows,
    ({ release }) => release,
    releaseRow,
    updateReleaseRow,
  );
  keyed(
    byId('adoption'),
    summary.adoption,
    ({ environment }) => environment,
    adoptionBlock,
    updateAdoption,
  );
  byId('adoption-title').closest('section')?.classList.toggle('hidden', !summary.adoption.length);
}
