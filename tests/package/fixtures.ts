/**
 * Builds the fixtures from the packed tarball and visits them: `npm run fixtures`, for some stacks
 * `npm run fixtures -- next vue`, in some engines `npm run fixtures -- --engines=chromium`.
 */
import { engineNames, launch, type Engine, type EngineName } from '../browser/engines/index.js';
import { Counting } from './counting.js';
import { build, pack, serve, visit } from './fixture.js';
import { stacks } from './stacks.js';

const words = process.argv.slice(2);
const option = words.find((word) => word.startsWith('--engines='));
const engines = (option?.slice('--engines='.length).split(',') ?? engineNames) as EngineName[];
const names = words.filter((word) => !word.startsWith('--'));
const chosen = stacks.filter(
  ({ name, folder }) =>
    names.length === 0 ||
    names.some((word) => `${name} ${folder}`.toLowerCase().includes(word.toLowerCase())),
);

const rows: string[][] = [
  ['stack', 'build', ...engines, ...engines.map((name) => `${name}, no wasm`)],
];
const failures: string[] = [];
const counting = await Counting.start();
const launched: Engine[] = [];
try {
  const tarball = await pack();
  for (const name of engines) launched.push(await launch(name));
  for (const stack of chosen) {
    const row = [stack.name];
    rows.push(row);
    const begin = performance.now();
    try {
      const project = counting.newProject();
      const folder = await build(stack, tarball, counting.dsn(project));
      row.push(`${((performance.now() - begin) / 1000).toFixed(0)} s`);
      const served = await serve(stack, folder);
      try {
        for (const plain of [false, true]) {
          if (plain && stack.start) continue;
          for (const [index, engine] of launched.entries()) {
            const problems = await visit(engine, served, stack, counting, project, plain);
            row.push(problems.length === 0 ? 'passed' : 'FAILED');
            const where = `${stack.name}, ${engine.name}${plain ? ', no wasm' : ''}`;
            failures.push(...problems.map((problem) => `${where}: ${problem}`));
            // One that a page has brought down is no use to the next ones.
            if (problems.length > 0) {
              await engine.close().catch(() => undefined);
              launched[index] = await launch(engine.name);
            }
          }
        }
      } finally {
        await served.close();
      }
    } catch (error) {
      row.push('FAILED');
      failures.push(`${stack.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    console.log(row.join(' | '));
  }
} finally {
  for (const engine of launched) await engine.close();
  await counting.close();
}

const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '-').length)));
console.log();
for (const row of rows) {
  console.log(
    widths
      .map((width, i) => (row[i] ?? '-').padEnd(width))
      .join('  ')
      .trimEnd(),
  );
}
for (const failure of failures) console.error(`\n${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
