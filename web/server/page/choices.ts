/** The fields in which people choose what the page shows. */
import type { Summary } from '../app/summary.js';
import { choose, nameFilter, project, range } from './address.js';
import { byId, h, keyed } from './dom.js';

/** Sample data has a project of its own, so that it never mixes with real sessions. */
export const SAMPLE = '1000';
const ALL = '\0all';

const selects = {
  project: byId<HTMLSelectElement>('project'),
  release: byId<HTMLSelectElement>('release'),
  environment: byId<HTMLSelectElement>('environment'),
};

/** Shows the values in a select and keeps the chosen one, even if nothing arrived for it yet. */
function fillSelect(
  select: HTMLSelectElement,
  values: readonly string[],
  chosen: string,
  name: (value: string) => string,
): void {
  const all = values.includes(chosen) ? values : [...values, chosen];
  keyed(
    select,
    all,
    (value) => `=${value}`,
    (value) => h('option', { value }, name(value)),
    () => undefined,
  );
  if (select.value !== chosen) select.value = chosen;
}

export function showChoices({ projects, releases, environments }: Summary): void {
  fillSelect(selects.project, [...new Set([...projects, '1'])], project(), (value) =>
    value === SAMPLE ? 'sample data' : value,
  );
  const named = (word: string) => (value: string) =>
    value === ALL ? `all ${word}` : value === '' ? 'none' : value;
  const { release = ALL, environment = ALL } = nameFilter();
  fillSelect(selects.release, [ALL, ...releases], release, named('releases'));
  fillSelect(selects.environment, [ALL, ...environments], environment, named('environments'));
}

/** Calls `changed` after each choice with the part of the address that is another one now. */
export function watchChoices(changed: (part: Parameters<typeof choose>[0]) => void): void {
  for (const [part, select] of Object.entries(selects) as [keyof typeof selects, Element][]) {
    select.addEventListener('change', () => {
      const { value } = selects[part];
      choose(part, value === ALL ? undefined : value);
      changed(part);
    });
  }
  for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="range"]')) {
    radio.checked = radio.value === range();
    radio.addEventListener('change', () => {
      choose('range', radio.value || undefined);
      changed('range');
    });
  }
  byId('filters').addEventListener('submit', (event) => event.preventDefault());
}
