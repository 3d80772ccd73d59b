/** Figures of several rounds, taken together. */
import type { Row } from './rows.js';
import { control, reference } from './subjects/index.js';

/** What one subject showed in one round, by figure. */
export type Figures = Record<string, number>;
/** By subject: its rounds. */
export type Rounds = Map<string, Figures[]>;

export interface Spread {
  /** The middle half of the rounds, and their median. */
  low: number;
  median: number;
  high: number;
}

export interface Result extends Spread {
  /** As a multiple of the reference's, round by round. */
  ratio: Spread;
}

/** What was measured, and with what. */
export interface About {
  date: string;
  crashfree: string;
  '@sentry/browser': string;
  chromium: string;
  node: string;
  cpu: string;
  rounds: number;
}

/** A row with what each subject showed. */
export interface Line extends Row {
  results: Record<string, Result>;
}

function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at % 1);
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
  return { low: low!, median: median!, high: high! };
}

/** Round by round, without what the page alone shows, if that is to be taken off. */
function valuesOf(seen: Rounds, name: string, { figure, net }: Row): number[] {
  const own = net ? spreadOf(seen.get(control)!.map((figures) => figures[figure]!)).median : 0;
  return seen.get(name)!.map((figures) => figures[figure]! - own);
}

/** The ratio is that of the medians; its spread is that of the rounds, in each of which both took a turn. */
export function resultOf(seen: Rounds, name: string, row: Row): Result {
  const values = valuesOf(seen, name, row);
  const others = valuesOf(seen, reference, row);
  const spread = spreadOf(values);
  const { low, high } = spreadOf(values.map((value, round) => value / others[round]!));
  return { ...spread, ratio: { low, high, median: spread.median / spreadOf(others).median } };
}
