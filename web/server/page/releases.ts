/** The releases one by one, and how people are spread over them. */
import type { Adoption } from '../metrics/adoption.js';
import type { ReleaseRow, Summary } from '../app/summary.js';
import { byId, h, keyed, setText } from './dom.js';
import { count, percent, plural } from './format.js';
import { stateBar, toneOf, updateStateBar } from './states.js';

const CELLS = ['all', 'users', 'crashed', 'unhandled', 'abnormal', 'errored'] as const;
const LABELS: Record<(typeof CELLS)[number], string> = {
  all: 'Sessions',
  users: 'Users',
  crashed: 'Crashed',
  unhandled: 'Unhandled',
  abnormal: 'Abnormal',
  errored: 'Errored',
};

function releaseRow({ release }: ReleaseRow): HTMLElement {
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, h('span', { class: 'release-name' }, release), h('small')),
    h('td', { 'data-label': 'Crash-free sessions' }, h('b', { class: 'rate' }), stateBar()),
    h('td', { 'data-label': 'Crash-free users' }, h('b', { class: 'rate' }), stateBar()),
    ...CELLS.map((cell) => h('td', { class: 'num', 'data-label': LABELS[cell] })),
  );
}

function updateReleaseRow(row: HTMLElement, { metrics, environments }: ReleaseRow): void {
  const names = environments.map((name) => (name === '' ? 'no environment' : name));
  setText(row.querySelector('small') as Element, names.join(', '));
  const rates = row.querySelectorAll<HTMLElement>('.rate');
  const bars = row.querySelectorAll('.bar');
  [metrics, metrics.users].forEach((numbers, index) => {
    const rate = rates[index] as HTMLElement;
    setText(rate, percent(numbers.crashFreeRate));
    rate.dataset['tone'] = toneOf(numbers.crashFreeRate) ?? '';
    updateStateBar(bars[index] as Element, numbers, index === 0 ? 'Sessions' : 'Users');
  });
  const cells = row.querySelectorAll('td.num');
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

const shareRow = ({ release }: Adoption['releases'][number]): HTMLElement =>
  h(
    'li',
    {},
    h('span', { class: 'share-name' }, release),
    h('span', { class: 'share-track', 'aria-hidden': 'true' }, h('span', { class: 'share' })),
    h('b', { class: 'num' }),
    h('span', { class: 'tag' }),
  );

function updateShareRow(
  row: HTMLElement,
  { share, sessions, adopted }: Adoption['releases'][number],
): void {
  (row.querySelector('.share') as HTMLElement).style.width = `${100 * share}%`;
  setText(row.querySelector('b') as Element, percent(share));
  const tag = row.querySelector('.tag') as HTMLElement;
  setText(tag, adopted ? 'adopted' : 'low');
  const rule = `${adopted ? '' : 'adopted means '}at least 10 % of the environment`;
  tag.title = `${plural(sessions, 'session')}; ${rule}`;
  tag.dataset['tone'] = adopted ? 'good' : '';
}

function updateAdoption(block: HTMLElement, { sessions, releases }: Adoption): void {
  setText(block.querySelector('h3 small') as Element, plural(sessions, 'session'));
  const shares = block.querySelector('.shares') as Element;
  keyed(shares, releases, ({ release }) => release, shareRow, updateShareRow);
}

export function showReleases({ releaseRows, adoption }: Summary): void {
  keyed(byId('release-rows'), releaseRows, ({ release }) => release, releaseRow, updateReleaseRow);
  keyed(
    byId('adoption'),
    adoption,
    ({ environment }) => environment,
    adoptionBlock,
    updateAdoption,
  );
  byId('adoption-title')
    .closest('section')
    ?.classList.toggle('hidden', adoption.length === 0);
}
