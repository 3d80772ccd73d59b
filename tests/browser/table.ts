/**
 * Prints a table of cases and engines.
 *
 *   node --import tsx tests/browser/table.ts [--subject crashfree|sentry|both]
 *     [--engine NAME,NAME] [--case PART-OF-NAME] [--area AREA] [--width N] [--why] [--json FILE]
 *
 * `--why` tells what went wrong and what arrived. It ends with 1 if crashfree fails anywhere.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { cases } from './cases/index.js';
import { engineNames, launch, type EngineName } from './engines/index.js';
import { detectFeatures } from './features.js';
import { Bench } from './harness.js';
import { pool } from './pool.js';
import { runCase, type Result } from './run-case.js';
import { Tabs } from './tabs.js';
import { subjects, type Subject } from './subjects/index.js';

const { values } = parseArgs({
  options: {
    subject: { type: 'string', default: 'crashfree' },
    engine: { type: 'string', default: engineNames.join() },
    case: { type: 'string', default: '' },
    area: { type: 'string', default: '' },
    width: { type: 'string', default: '4' },
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

type Column = `${Subject} ${EngineName}`;
const results = new Map<string, Map<Column, Result>>(chosenCases.map((c) => [c.name, new Map()]));
const begin = performance.now();
const bench = await Bench.start(chosenSubjects);
try {
  await Promise.all(
    chosenEngines.map(async (name) => {
      const engine = await launch(name);
      try {
        const features = await detectFeatures(engine, bench.pages);
        const tabs = new Tabs(engine, bench.blank);
        console.log(`${name}: ${engine.version} ${JSON.stringify(features)}`);
        const runs = chosenSubjects.flatMap((subject) =>
          chosenCases.map((test) => ({ subject, test })),
        );
        const run = async ({ subject, test }: (typeof runs)[number]): Promise<void> => {
          const result = await runCase(test, { bench, tabs, features, subject });
          results.get(test.name)!.set(`${subject} ${name}`, result);
        };
        await pool(
          runs.filter(({ test }) => test.alone),
          1,
          run,
        );
        await pool(
          runs.filter(({ test }) => !test.alone),
          Number(values.width),
          run,
        );
      } finally {
        await engine.close();
      }
    }),
  );
} finally {
  await bench.close();
}

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
    if (result.ok) continue;
    for (const problem of new Set(result.problems)) console.log(`    ${column}: ${problem}`);
    for (const line of result.trace) console.log(`        ${line}`);
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
