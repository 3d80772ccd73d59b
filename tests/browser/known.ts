import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { engineNames, type EngineName } from './engines/index.js';
import type { Results } from './run-all.js';

const file = new URL('known.json', import.meta.url);
type Known = Record<string, EngineName[]>;

const read = (): Known =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Known) : {};
const known = read();

/** Whether a case is known to fail in an engine. */
export const isKnown = (name: string, engine: EngineName): boolean =>
  known[name]?.includes(engine) ?? false;

/** Writes down which of the cases failed; what is known of others and of other engines stays. */
export function update(results: Results): void {
  const now = read();
  for (const [name, row] of results) {
    const failing = engineNames.filter((engine) => {
      const result = row.get(`crashfree ${engine}`);
      return result ? !result.ok : now[name]?.includes(engine);
    });
    if (failing.length > 0) now[name] = failing;
    else delete now[name];
  }
  const sorted = Object.fromEntries(Object.entries(now).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
}
