// Before uPlot, which looks at the browser's language when it loads.
import { count, dayAndMinute, percent, span } from './format.js';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Timeline } from '../metrics/summary.js';
import { byId, h, keyed, setText } from './dom.js';
import { STATES, type State } from './figures.js';

let sessions: uPlot | undefined;
let rate: uPlot | undefined;
let latest: Timeline | undefined;
let focused: number | undefined;

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

/**
 * Bars are drawn from the full height down: each covers the lower part of the one before. A state
 * without sessions has no bar, or its edge would shine through.
 */
function stacked(timeline: Timeline): uPlot.AlignedData {
  const below = timeline.time.map(() => 0);
  const layers = STATES.map((state) =>
    timeline[state].map((value, index) => {
      below[index] = (below[index] ?? 0) + value;
      return value > 0 ? (below[index] ?? 0) : null;
    }),
  );
  return [timeline.time, ...layers.reverse()];
}

/** The rate of a bar is drawn in its middle. */
const rates = ({ time, stepMs, crashFree }: Timeline): uPlot.AlignedData => [
  time.map((seconds) => seconds + stepMs / 2000),
  crashFree,
];

/** From the start of the first bar to the end of the last one. */
function extent(): uPlot.Range.MinMax {
  const { time, stepMs } = latest as Timeline;
  return [time[0] ?? 0, (time.at(-1) ?? 0) + stepMs / 1000];
}

function showLegend(): void {
  if (latest === undefined) return;
  const timeline = latest;
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

function build(timeline: Timeline): void {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const axis: uPlot.Axis = {
    stroke: color('ink-soft'),
    font: `12px ${color('sans')}`,
    grid: { stroke: color('line'), width: 1 },
    ticks: { show: false },
  };
  const cursor: uPlot.Cursor = {
    sync: { key: 'timeline' },
    y: false,
    points: { show: false },
    drag: { x: false, y: false },
  };
  const common = {
    legend: { show: false },
    padding: [8, 20, 0, 0] as uPlot.Padding,
    width: 600,
  };
  const bars = uPlot.paths.bars?.({ size: [0.86, 48], align: 1, radius: 0.12 });
  const clock = '{HH}:{mm}';
  const dates: uPlot.Axis.Values = [
    [86_400, '{D} {MMM}', null, null, null, null, null, null, 1],
    [60, clock, '\n{D} {MMM}', null, null, null, null, null, 1],
    [1, `${clock}:{ss}`, null, null, null, null, null, null, 1],
  ];

  sessions?.destroy();
  rate?.destroy();
  sessions = new uPlot(
    {
      ...common,
      height: 220,
      cursor,
      scales: {
        x: { range: extent },
        y: { range: (_plot, _min, max) => [0, Math.max(4, max * 1.08)] },
      },
      axes: [
        { ...axis, grid: { show: false }, values: dates },
        { ...axis, size: 46, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000] },
      ],
      series: [
        {},
        ...[...STATES].reverse().map((state): uPlot.Series => ({
          label: state,
          fill: color(state),
          width: 0,
          points: { show: false },
          ...(bars === undefined ? {} : { paths: bars }),
        })),
      ],
      hooks: {
        setCursor: [
          (plot) => {
            focused = plot.cursor.idx ?? undefined;
            showLegend();
          },
        ],
      },
    },
    stacked(timeline),
    byId('chart-sessions'),
  );
  rate = new uPlot(
    {
      ...common,
      height: 110,
      cursor,
      scales: {
        x: { range: extent },
        y: { range: (_plot, min) => [Math.min(5 * Math.floor(min / 5), 90), 100.5] },
      },
      axes: [
        { ...axis, grid: { show: false }, values: dates, size: 20 },
        { ...axis, size: 46, values: (_plot, values) => values.map((value) => `${value} %`) },
      ],
      series: [
        {},
        {
          label: 'crash-free',
          stroke: color('accent'),
          width: 2,
          spanGaps: true,
          points: { show: true, size: 5, fill: color('accent') },
        },
      ],
    },
    rates(timeline),
    byId('chart-rate'),
  );
  resize();
}

function resize(): void {
  const width = byId('chart-sessions').clientWidth;
  if (width === 0) return;
  sessions?.setSize({ width, height: 220 });
  rate?.setSize({ width, height: 110 });
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
      STATES.forEach((state: State, column) => {
        setText(cells[column] as Element, count(timeline[state][index] ?? 0));
      });
      const value = timeline.crashFree[index] ?? null;
      setText(cells[STATES.length] as Element, percent(value === null ? null : value / 100));
    },
  );
}

/** Draws the timeline; builds the charts anew only for the first time or a new theme. */
export function showTimeline(timeline: Timeline): void {
  latest = timeline;
  if (sessions === undefined || rate === undefined) build(timeline);
  else {
    sessions.setData(stacked(timeline));
    rate.setData(rates(timeline));
  }
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
  showLegend();
  showTable();
}

/** Takes the colours of the theme that is in force now. */
export function repaint(): void {
  if (latest !== undefined && sessions !== undefined) build(latest);
}

new ResizeObserver(resize).observe(byId('chart-sessions'));
byId('timeline-table').addEventListener('toggle', showTable);
