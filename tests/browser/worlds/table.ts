/**
 * Lives the everyday cases in every world, and prints a table of worlds and engines.
 *
 *   npm run worlds -- [--engine NAME,NAME] [--world PART-OF-NAME] [--case PART-OF-NAME]
 *     [--share [--turn N]] [--width N] [--patience MS] [--why] [--failures FILE]
 *
 * `--share` takes the shortest cases of each world and those of the rest whose turn it is, which the
 * commit says unless `--turn` does: what `npm test` runs. It ends with 1 if a case fails; which ones
 * and why is also written into the file of `--failures`.
 */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { root } from '../../../web/build/run.js';
import { engineNames, PATIENCE_MS } from '../engines/index.js';
import { explain, runAll } from '../run-all.js';
import { lives, share, TURNS, worlds } from './index.js';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: engineNames.join() },
    world: { type: 'string', default: '' },
    case: { type: 'string', default: '' },
    share: { type: 'boolean', default: false },
    turn: { type: 'string' },
    width: { type: 'string', default: '4' },
    patience: { type: 'string', default: String(PATIENCE_MS) },
    why: { type: 'boolean', default: false },
    failures: { type: 'string' },
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

const begin = performance.now();
const reasons: string[] = [];
const results = await runAll(
  chosen.map(({ test }) => test),
  {
    subjects: ['crashfree'],
    engines,
    width: Number(values.width),
    patienceMs: Number(values.patience),
    // As it comes, since a whole run takes its time.
    onResult(name, column, result) {
      if (result.ok) return;
      const engine = column.split(' ')[1] as (typeof engines)[number];
      console.log(`  ${engine} › ${name}: ${result.problems[0]}`);
      reasons.push(`${engine} › ${name}\n${explain(column, result)}\n`);
      if (values.why) console.log(explain(column, result));
    },
  },
);

const failures: string[] = [];
const wide = Math.max(...worlds.map(({ name }) => name.length)) + 2;
console.log(`\n${'world'.padEnd(wide)}${engines.map((name) => name.padEnd(10)).join('')}`);
for (const world of worlds) {
  const rows = chosen.filter((life) => life.world === world);
  if (rows.length === 0) continue;
  const cells = engines.map((engine) => {
    const failed = rows.filter(
      ({ test }) => !results.get(test.name)!.get(`crashfree ${engine}`)!.ok,
    );
    failures.push(...failed.map(({ test }) => `${test.name}, ${engine}`));
    return `${rows.length - failed.length}/${rows.length}`.padEnd(10);
  });
  console.log(`${world.name.padEnd(wide)}${cells.join('')}`.trimEnd());
}

const outcomes = [...results.values()].flatMap((row) => [...row.values()]);
const right = outcomes.filter(({ ok }) => ok).length;
const seconds = ((performance.now() - begin) / 1000).toFixed(0);
console.log(`\n${right} of ${outcomes.length} right, ${worlds.length} worlds, ${seconds} s`);

if (failures.length > 0) {
  if (values.failures) await writeFile(values.failures, reasons.join('\n'));
  console.log(`\nfailed:\n${failures.join('\n')}`);
  process.exitCode = 1;
}
