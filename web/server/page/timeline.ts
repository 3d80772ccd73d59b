/** The timeline: its charts, what they say in words, and the same as a table. */
import type { Timeline } from '../metrics/timeline.js';
import { drawCharts, repaintCharts } from './chart.js';
import { byId, h, keyed, setText } from './dom.js';
import { count, dayAndMinute, percent, span } from './format.js';
import { STATES } from './states.js';

let latest: Timeline | undefined;
/** The bar that the pointer is over. */
let focused: number | undefined;

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

function focus(index: number | undefined): void {
  focused = index;
  if (latest !== undefined) showLegend(latest);
}

/** The numbers of the bar that the pointer is over, or of all together. */
function showLegend(timeline: Timeline): void {
  const index = focused;
  setText(
    byId('timeline-when'),
    index === undefined
      ? `one bar for ${span(timeline.stepMs)}`
      : `${dayAndMinute((timeline.time[index] ?? 0) * 1000)}, ${span(timeline.stepMs)}`,
  );
  keyed(
    byId('legend'),
    STATES,
    (state) => state,
    (state) => h('li', {}, h('span', { class: `dot ${state}` }), `${state} `, h('b')),
    (item, state) => {
      const list = timeline[state];
      const value = index === undefined ? sum(list) : (list[index] ?? 0);
      setText(item.querySelector('b') as Element, count(value));
    },
  );
}

/** What the charts show, for those who do not see them. */
function describe(timeline: Timeline): void {
  const text = STATES.map((state) => `${sum(timeline[state])} ${state}`).join(', ');
  byId('chart-sessions').setAttribute('aria-label', `Bar chart of sessions by state: ${text}`);
  const known = timeline.crashFree.filter((value) => value !== null);
  byId('chart-rate').setAttribute(
    'aria-label',
    known.length === 0
      ? 'Line chart of the crash-free rate: no data'
      : `Line chart of the crash-free rate: lowest ${percent(Math.min(...known) / 100)}, ` +
          `latest ${percent((known.at(-1) ?? 0) / 100)}`,
  );
}

function showTable(): void {
  if (latest === undefined || !byId<HTMLDetailsElement>('timeline-table').open) return;
  const timeline = latest;
  const rows = timeline.time
    .map((time, index) => ({ time, index }))
    .filter(({ index }) => STATES.some((state) => (timeline[state][index] ?? 0) > 0))
    .reverse();
  keyed(
    byId('timeline-rows'),
    rows,
    ({ time }) => String(time),
    ({ time }) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, dayAndMinute(time * 1000)),
        ...[...STATES, 'rate'].map(() => h('td', { class: 'num' })),
      ),
    (row, { index }) => {
      const cells = row.querySelectorAll('td');
      STATES.forEach((state, column) => {
        setText(cells[column] as Element, count(timeline[state][index] ?? 0));
      });
      const value = timeline.crashFree[index] ?? null;
      setText(cells[STATES.length] as Element, percent(value === null ? null : value / 100));
    },
  );
}

export function showTimeline(timeline: Timeline): void {
  latest = timeline;
  drawCharts(timeline, focus);
  describe(timeline);
  showLegend(timeline);
  showTable();
}

/** Takes the colours of the theme that is in force now. */
export const repaint = (): void => repaintCharts(focus);

byId('timeline-table').addEventListener('toggle', showTable);
