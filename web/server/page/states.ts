/** The states that sessions end in, and how shares of them are shown. */
import type { Metrics } from '../metrics/figures.js';
import { h } from './dom.js';

/** In the order in which bars and legends show them. */
export const STATES = ['healthy', 'errored', 'unhandled', 'abnormal', 'crashed'] as const;
type State = (typeof STATES)[number];

/** How many sessions, or users, are in each state. */
export type StateNumbers = Pick<Metrics, State>;

/** What a crash-free rate looks like; nothing without one. */
export function toneOf(rate: number | null): 'good' | 'warn' | 'bad' | undefined {
  if (rate === null) return undefined;
  return rate >= 0.99 ? 'good' : rate >= 0.95 ? 'warn' : 'bad';
}

/** A bar split by state; widths go through the style object, which a strict CSP allows. */
export function stateBar(): HTMLElement {
  const bar = h('div', { class: 'bar', role: 'img' });
  for (const state of STATES) bar.append(h('span', { class: `fill ${state}` }));
  return bar;
}

export function updateStateBar(bar: Element, numbers: StateNumbers, label: string): void {
  const total = STATES.reduce((sum, state) => sum + numbers[state], 0);
  STATES.forEach((state, index) => {
    const { style } = bar.children[index] as HTMLElement;
    style.width = `${(100 * numbers[state]) / total}%`;
    // An empty part would still take its share of the gaps.
    style.display = numbers[state] > 0 ? '' : 'none';
  });
  const parts = STATES.filter((state) => numbers[state] > 0);
  bar.setAttribute('aria-label', `${label}: ${parts.map((s) => `${numbers[s]} ${s}`).join(', ')}`);
}
