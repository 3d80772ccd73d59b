/** The two charts of the timeline: bars of sessions by state, and under them the crash-free rate. */

// Before uPlot, which looks at the browser's language when it loads.
import { count } from './format.js';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Timeline } from '../metrics/timeline.js';
import { byId } from './dom.js';
import { STATES } from './states.js';

interface Charts {
  sessions: uPlot;
  rate: uPlot;
}

/** Is told which bar the pointer is over, if it is over one. */
type OnFocus = (index: number | undefined) => void;

/** A colour or a font of the theme that is in force. */
type Look = (name: string) => string;

const HEIGHTS: Record<keyof Charts, number> = { sessions: 220, rate: 110 };

const COMMON = {
  legend: { show: false },
  padding: [8, 20, 0, 0] as uPlot.Padding,
  /* Until it is known how much room there is. */
  width: 600,
  cursor: {
    sync: { key: 'timeline' },
    y: false,
    points: { show: false },
    drag: { x: false, y: false },
  },
} satisfies Partial<uPlot.Options>;

const CLOCK = '{HH}:{mm}';
const DATES: uPlot.Axis.Values = [
  [86_400, '{D} {MMM}', null, null, null, null, null, null, 1],
  [60, CLOCK, '\n{D} {MMM}', null, null, null, null, null, 1],
  [1, `${CLOCK}:{ss}`, null, null, null, null, null, null, 1],
];

let charts: Charts | undefined;
let latest: Timeline | undefined;

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

function readLook(): Look {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

const axisOf = (look: Look): uPlot.Axis => ({
  stroke: look('ink-soft'),
  font: `12px ${look('sans')}`,
  grid: { stroke: look('line'), width: 1 },
  ticks: { show: false },
});

const timeAxisOf = (look: Look): uPlot.Axis => ({
  ...axisOf(look),
  grid: { show: false },
  values: DATES,
});

function sessionsChart(timeline: Timeline, look: Look, onFocus: OnFocus): uPlot {
  const bars = uPlot.paths.bars?.({ size: [0.86, 48], align: 1, radius: 0.12 });
  const series = [...STATES].reverse().map((state): uPlot.Series => ({
    label: state,
    fill: look(state),
    width: 0,
    points: { show: false },
    ...(bars && { paths: bars }),
  }));
  const options: uPlot.Options = {
    ...COMMON,
    height: HEIGHTS.sessions,
    scales: {
      x: { range: extent },
      y: { range: (_plot, _min, max) => [0, Math.max(4, max * 1.08)] },
    },
    axes: [
      timeAxisOf(look),
      {
        ...axisOf(look),
        size: 46,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000],
        values: (_plot, values) => values.map(count),
      },
    ],
    series: [{}, ...series],
    hooks: { setCursor: [({ cursor }) => onFocus(cursor.idx ?? undefined)] },
  };
  return new uPlot(options, stacked(timeline), byId('chart-sessions'));
}

function rateChart(timeline: Timeline, look: Look): uPlot {
  const line: uPlot.Series = {
    label: 'crash-free',
    stroke: look('accent'),
    width: 2,
    spanGaps: true,
    points: { show: true, size: 5, fill: look('accent') },
  };
  const options: uPlot.Options = {
    ...COMMON,
    height: HEIGHTS.rate,
    scales: {
      x: { range: extent },
      y: { range: (_plot, min) => [Math.min(5 * Math.floor(min / 5), 90), 100.5] },
    },
    axes: [
      { ...timeAxisOf(look), size: 20 },
      { ...axisOf(look), size: 46, values: (_plot, values) => values.map((value) => `${value} %`) },
    ],
    series: [{}, line],
  };
  return new uPlot(options, rates(timeline), byId('chart-rate'));
}

function resize(): void {
  const width = byId('chart-sessions').clientWidth;
  if (width === 0) return;
  charts?.sessions.setSize({ width, height: HEIGHTS.sessions });
  charts?.rate.setSize({ width, height: HEIGHTS.rate });
}

function build(timeline: Timeline, onFocus: OnFocus): void {
  charts?.sessions.destroy();
  charts?.rate.destroy();
  const look = readLook();
  charts = { sessions: sessionsChart(timeline, look, onFocus), rate: rateChart(timeline, look) };
  resize();
}

/** Draws a timeline; the charts are built for the first one alone. */
export function drawCharts(timeline: Timeline, onFocus: OnFocus): void {
  latest = timeline;
  if (charts === undefined) return build(timeline, onFocus);
  charts.sessions.setData(stacked(timeline));
  charts.rate.setData(rates(timeline));
}

/** Builds them anew, as the theme is another one now. */
export function repaintCharts(onFocus: OnFocus): void {
  if (latest !== undefined && charts !== undefined) build(latest, onFocus);
}

new ResizeObserver(resize).observe(byId('chart-sessions'));
