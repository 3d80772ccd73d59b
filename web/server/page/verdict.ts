import { h } from './dom.js';
import type { Item } from './received.js';
import { pill, raw } from './rows.js';

const OUTCOMES = { accept: 'taken', normalise: 'altered', drop: 'lost' } as const;
const TONES = { accept: 'good', normalise: 'warn', drop: 'bad' } as const;

/** A warning in a line of its own. */
export const careful = (text: string): HTMLElement =>
  h('p', {}, pill('careful', 'warn'), h('span', {}, ` ${text}`));

/** What the server makes of one item and why. */
export function verdict(item: Item): HTMLElement {
  return h(
    'div',
    { class: 'verdict' },
    h(
      'p',
      {},
      pill(OUTCOMES[item.outcome], TONES[item.outcome]),
      h('span', {}, ` ${item.type}: ${item.reason}`),
    ),
    ...item.warnings.map(careful),
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

/** The worst thing that can be said about a list of items. */
export interface Verdict {
  text: string;
  tone: string;
  note: string;
}

export function worst(items: readonly Item[]): Verdict {
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

export function said({ text, tone, note }: Verdict): Node {
  return h('span', { class: 'said' }, pill(text, tone), h('span', { class: 'note' }, note));
}
