import { h } from './dom.js';
import { STATES } from './states.js';

export function pill(text: string, tone = '', title = ''): HTMLElement {
  return h('span', { class: 'pill', 'data-tone': tone, title: title || undefined }, text);
}

/** The state of a session; `cause` is what made it end abnormally, if that is known. */
export function statusPill(status: string, errors: number, cause = ''): HTMLElement {
  const state =
    status === 'ok' || status === 'exited' ? (errors > 0 ? 'errored' : 'healthy') : status;
  const states: readonly string[] = STATES;
  const known = states.includes(state);
  const text = errors > 0 && state === 'errored' ? `${status}, errors` : status || '–';
  return h(
    'span',
    { class: 'status' },
    h('span', { class: `dot ${known ? state : 'abnormal'}` }),
    `${text.slice(0, 40)}${cause === '' ? '' : `, ${cause}`}`,
  );
}

export function raw(title: string, text: string): HTMLElement {
  const shown = text.length > 8192 ? `${text.slice(0, 8192)}…` : text;
  return h(
    'details',
    { class: 'raw' },
    h('summary', {}, title),
    h('pre', { tabindex: '0' }, shown),
  );
}

/** A row that opens; its inside is made on first opening and kept up to date while open. */
export function openable(grid: string, fill: (inside: HTMLElement) => void): HTMLElement {
  const inside = h('div', { class: 'inside' });
  const details = h('details', {}, h('summary', { class: `row ${grid}` }), inside);
  const element = h('li', { class: performance.now() > 3000 ? 'fresh' : undefined }, details);
  details.addEventListener('toggle', () => {
    if (details.open) fill(inside);
  });
  return element;
}

/** Cells of a row; labels are for narrow screens and screen readers. */
export function cells(
  row: Element,
  parts: readonly [label: string, content: Node | string][],
): void {
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

/** What the inside of a row shows, so that it is made anew only if that changed. */
const shown = new WeakMap<Element, string>();

/** Whether the inside of a row has to be made, because it shows something else. */
export function isStale(inside: Element, signature: string): boolean {
  if (shown.get(inside) === signature) return false;
  shown.set(inside, signature);
  return true;
}
