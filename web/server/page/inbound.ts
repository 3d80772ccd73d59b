import type { InboundFilters } from '../rules/filters.js';
import { byId, setText } from './dom.js';
import { order } from './orders.js';

const CHECKS = ['localhost', 'legacyBrowsers', 'webCrawlers'] as const;
const LISTS = ['releases', 'errorMessages'] as const;

const form = byId<HTMLFormElement>('inbound');
const field = (name: string): HTMLInputElement => form.elements.namedItem(name) as HTMLInputElement;

/** What the form says. Names of browsers that only an option can give are kept as they are. */
function readForm(before: InboundFilters): InboundFilters {
  const filters: InboundFilters = {};
  for (const name of CHECKS) filters[name] = field(name).checked;
  for (const name of LISTS) {
    filters[name] = field(name)
      .value.split(',')
      .map((pattern) => pattern.trim())
      .filter((pattern) => pattern !== '');
  }
  const { legacyBrowsers } = before;
  if (
    filters.legacyBrowsers === true &&
    Array.isArray(legacyBrowsers) &&
    legacyBrowsers.length > 0
  ) {
    filters.legacyBrowsers = legacyBrowsers;
  }
  return filters;
}

const isOn = (value: boolean | readonly string[] | undefined): boolean =>
  value === true || (Array.isArray(value) && value.length > 0);

let shown = '';
let current: InboundFilters = {};

/** Shows the filters of the project, unless somebody is typing. */
export function showInboundFilters(filters: InboundFilters, project: () => string): void {
  const text = JSON.stringify([project(), filters]);
  if (text === shown) return;
  shown = text;
  current = filters;
  for (const name of CHECKS) field(name).checked = isOn(filters[name]);
  for (const name of LISTS) field(name).value = (filters[name] ?? []).join(', ');
  const active = [...CHECKS, ...LISTS].filter((name) => isOn(filters[name])).length;
  setText(byId('inbound-active'), active === 0 ? 'none is on' : `${active} on`);
  form.onsubmit = (event) => {
    event.preventDefault();
    void order(project(), 'settings', { filters: readForm(current) }).then(
      (problem) => setText(byId('inbound-said'), problem ?? 'Saved for what comes next.'),
      () => setText(byId('inbound-said'), 'The server did not answer.'),
    );
  };
}
