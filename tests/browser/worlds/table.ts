/**
 * Lives the everyday cases in every world, and prints a table of worlds and engines.
 *
 *   npm run worlds -- [--engine NAME,NAME] [--world PART-OF-NAME] [--case PART-OF-NAME]
 *     [--share [--turn N]] [--width N] [--patience MS] [--why] [--update]
 *
 * `--share` takes the shortest cases of each world and those of the rest whose turn it is, which the
 * commit says unless `--turn` does: what `npm test` runs. It ends with 1 if a case fails that is not in
 * known.json, or one passes that is; `--update` writes that file anew.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { root } from '../../../web/build/run.js';
import { engineNames, type EngineName } from '../engines/index.js';
import { explain, runAll, type Column } from '../run-all.js';
import { lives, share, TURNS, worlds } from './index.js';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: engineNames.join() },
    world: { type: 'string', default: '' },
    case: { type: 'string', default: '' },
    share: { type: 'boolean', default: false },
    turn: { type: 'string' },
    width: { type: 'string', default: '4' },
    patience: { type: 'string', default: '20000' },
    why: { type: 'boolean', default: false },
    update: { type: 'boolean', default: false },
  },
});

/** A number that the commit gives; without one it is always the same. */
function turnOfCommit(): number {
  try {
    const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
    return parseInt(commit.slice(0, 8), 16) % TURNS;
  } catch {
    return 0;
  }
}

const turn = values.turn === undefined ? turnOfCommit() : Number(values.turn);
const engines = engineNames.filter((name) => values.engine.split(',').includes(name));
const chosen = (values.share ? share(turn) : lives).filter(
  ({ world, everyday }) => world.name.includes(values.world) && everyday.name.includes(values.case),
);
if (engines.length === 0 || chosen.length === 0) {
  throw new Error('nothing to run: look at the names of engines, worlds and cases');
}
if (values.share)
  console.log(`turn ${turn} of ${TURNS}: ${chosen.length} of ${lives.length} cases`);

/** Cases that are known to fail, with the engines in which they do. */
const knownFile = new URL('known.json', import.meta.url);
const known = (existsSync(knownFile) ? JSON.parse(readFileSync(knownFile, 'utf8')) : {}) as Record<
  string,
  EngineName[]
>;

const begin = performance.now();
const results = await runAll(
  chosen.map(({ test }) => test),
  {
    subjects: ['crashfree'],
    engines,
    width: Number(values.width),
    patienceMs: Number(values.patience),
  },
);

const surprises: string[] = [];
const wide = Math.max(...worlds.map(({ name }) => name.length)) + 2;
console.log(`\n${'world'.padEnd(wide)}${engines.map((name) => name.padEnd(10)).join('')}`);
for (const world of worlds) {
  const rows = chosen.filter((life) => life.world === world);
  if (rows.length === 0) continue;
  const wrong: string[] = [];
  const cells = engines.map((engine) => {
    const column: Column = `crashfree ${engine}`;
    const failed = rows.filter(({ test }) => !results.get(test.name)!.get(column)!.ok);
    for (const { test, everyday } of rows) {
      const result = results.get(test.name)!.get(column)!;
      const isKnown = known[test.name]?.includes(engine) ?? false;
      if (result.ok === isKnown) {
        surprises.push(`${test.name}, ${engine}: ${isKnown ? 'passes now' : 'fails'}`);
      }
      if (result.ok) continue;
      wrong.push(`  ${engine} › ${everyday.name}: ${result.problems[0]}`);
      if (values.why) wrong.push(explain(column, result));
    }
    return `${rows.length - failed.length}/${rows.length}`.padEnd(10);
  });
  console.log(`${world.name.padEnd(wide)}${cells.join('')}`.trimEnd());
  if (wrong.length > 0) console.log(wrong.join('\n'));
}

const outcomes = [...results.values()].flatMap((row) => [...row.values()]);
const right = outcomes.filter(({ ok }) => ok).length;
const seconds = ((performance.now() - begin) / 1000).toFixed(0);
console.log(`\n${right} of ${outcomes.length} right, ${worlds.length} worlds, ${seconds} s`);

if (values.update) {
  for (const { test } of chosen) {
    const others = (known[test.name] ?? []).filter((name) => !engines.includes(name));
    const row = results.get(test.name)!;
    const failing = engines.filter((name) => !row.get(`crashfree ${name}`)!.ok);
    known[test.name] = engineNames.filter((name) => [...others, ...failing].includes(name));
    if (known[test.name]!.length === 0) delete known[test.name];
  }
  const sorted = Object.fromEntries(Object.entries(known).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(knownFile, `${JSON.stringify(sorted, null, 2)}\n`);
} else if (surprises.length > 0) {
  console.log(`\nnot as known.json says:\n${surprises.join('\n')}`);
  process.exitCode = 1;
}
