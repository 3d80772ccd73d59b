import { SessionNumbers } from './numbers.js';
import { CELL_MS, type Series } from './store.js';

/** Sessions by their start; all lists have the length of `time`. */
export interface Timeline {
  stepMs: number;
  /** Unix seconds of the start of each point. */
  time: number[];
  healthy: number[];
  errored: number[];
  unhandled: number[];
  abnormal: number[];
  crashed: number[];
  /** Per cent; null where no session started. */
  crashFree: (number | null)[];
}

export const RANGES = {
  '15m': { stepMs: 20_000, count: 45 },
  '1h': { stepMs: 60_000, count: 60 },
  '24h': { stepMs: 1800_000, count: 48 },
  '5d': { stepMs: 7200_000, count: 60 },
} as const;
export type Range = keyof typeof RANGES;

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The smallest range that shows everything. */
export function autoRange(oldest: number, now: number): Range {
  const age = now - Math.min(oldest, now);
  if (age < 14 * MINUTE) return '15m';
  if (age < 59 * MINUTE) return '1h';
  return age < DAY - 30 * MINUTE ? '24h' : '5d';
}

/** The start of the oldest cell of these series. */
export function oldestCell(series: Iterable<Series>): number {
  let oldest = Infinity;
  for (const { cells } of series) for (const time of cells.keys()) oldest = Math.min(oldest, time);
  return oldest;
}

export function timelineOf(series: Iterable<Series>, range: Range, now: number): Timeline {
  const { stepMs, count } = RANGES[range];
  const from = (Math.floor(now / stepMs) - count + 1) * stepMs;
  const sums = Array.from({ length: count }, () => new SessionNumbers());
  for (const { cells } of series) {
    for (const [time, cell] of cells) sums[Math.floor((time - from) / stepMs)]?.merge(cell);
  }
  const points = sums.map((sum) => sum.derive());
  return {
    stepMs,
    time: points.map((_point, index) => (from + index * stepMs) / 1000),
    healthy: points.map(({ healthy }) => healthy),
    errored: points.map(({ errored }) => errored),
    unhandled: points.map(({ unhandled }) => unhandled),
    abnormal: points.map(({ abnormal }) => abnormal),
    crashed: points.map(({ crashed }) => crashed),
    crashFree: points.map(({ crashFreeRate }) => crashFreeRate && 100 * crashFreeRate),
  };
}

/** Sessions that started since then. */
export function startedSince({ cells }: Series, since: number): number {
  let sessions = 0;
  for (const [time, { counters }] of cells) {
    if (time + CELL_MS > since) sessions += counters.init;
  }
  return sessions;
}
