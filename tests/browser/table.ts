/**
 * Prints a table of cases and engines.
 *
 *   node --import tsx tests/browser/table.ts [--subject crashfree|sentry|both]
 *     [--engine NAME,NAME] [--case PART-OF-NAME] [--area AREA] [--width N] [--patience MS] [--why]
 *     [--json FILE]
 *
 * `--why` tells what went wrong and what arrived. It ends with 1 if crashfree fails anywhere.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { cases } from './cases/index.js';
import { engineNames, PATIENCE_MS } from './engines/index.js';
import { explain, runAll, type Column } from './run-all.js';
import { subjects } from './subjects/index.js';

const { values } = parseArgs({
  options: {
    subject: { type: 'string', default: 'crashfree' },
    engine: { type: 'string', default: engineNames.join() },
    case: { type: 'string', default: '' },
    area: { type: 'string', default: '' },
    width: { type: 'string', default: '4' },
    patience: { type: 'string', default: String(PATIENCE_MS) },
    why: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const chosenSubjects = subjects.filter((s) => values.subject === 'both' || values.subject === s);
const chosenEngines = engineNames.filter((name) => values.engine.split(',').includes(name));
const chosenCases = cases.filter(
  ({ name, area }) => name.includes(values.case) && (!values.area || area === values.area),
);
if (!chosenSubjects.length || !chosenEngines.length || !chosenCases.length) {
  throw new Error('nothing to run: look at the names of subjects, engines and cases');
}

const begin = performance.now();
const results = await runAll(chosenCases, {
  subjects: chosenSubjects,
  engines: chosenEngines,
  width: Number(values.width),
  patienceMs: Number(values.patience),
  // As it comes, since a whole run takes its time.
  onResult(name, column, { ok, problems }) {
    if (!ok && values.why) console.log(`  ${column} › ${name}: ${problems[0]}`);
  },
});

const columns = chosenSubjects.flatMap((subject) =>
  chosenEngines.map((engine): Column => `${subject} ${engine}`),
);
const label = (column: Column): string =>
  chosenSubjects.length > 1 ? column : column.split(' ')[1]!;
const wide = Math.max(...chosenCases.map(({ name }) => name.length));
let area = '';
for (const test of chosenCases) {
  if (test.area !== area) {
    area = test.area;
    console.log(`\n${area.padEnd(wide + 2)}${columns.map((c) => label(c)).join('  ')}`);
  }
  const row = results.get(test.name)!;
  const marks = columns.map((c) => (row.get(c)?.ok ? 'ok' : 'WRONG').padEnd(label(c).length));
  console.log(`${test.name.padEnd(wide + 2)}${marks.join('  ')}`.trimEnd());
  if (!values.why) continue;
  for (const column of columns) {
    const result = row.get(column)!;
    if (!result.ok) console.log(explain(column, result));
  }
}
console.log();
for (const column of columns) {
  const all = [...results.values()].map((row) => row.get(column)!);
  const right = all.filter(({ ok }) => ok).length;
  console.log(`${column}: ${right} of ${all.length} right`);
}
console.log(`${((performance.now() - begin) / 1000).toFixed(1)} s`);
if (values.json) {
  const rows = [...results].map(([name, row]) => ({ name, ...Object.fromEntries(row) }));
  writeFileSync(values.json, `${JSON.stringify(rows, null, 1)}\n`);
}
const failed = [...results.values()].some((row) =>
  [...row].some(([column, { ok }]) => !ok && column.startsWith('crashfree')),
);
process.exitCode = failed ? 1 : 0;
