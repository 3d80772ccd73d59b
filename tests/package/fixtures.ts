/**
 * Builds the fixtures from the packed tarball and visits them: `npm run fixtures`, for some stacks
 * `npm run fixtures -- next vue`, in some engines `npm run fixtures -- --engines=chromium`. Then those
 * in which something goes wrong, for the adapters; `--faults` visits only these.
 */
import { engineNames, launch, type Engine, type EngineName } from '../browser/engines/index.js';
import { Counting } from './counting.js';
import { faultColumns, visitFaults } from './faults.js';
import { build, pack, serve, visit, type Served } from './fixture.js';
import { stacks, type Stack } from './stacks.js';

const words = process.argv.slice(2);
const option = words.find((word) => word.startsWith('--engines='));
const engines = (option?.slice('--engines='.length).split(',') ?? engineNames) as EngineName[];
const names = words.filter((word) => !word.startsWith('--'));
const onlyFaults = words.includes('--faults');
const chosen = stacks.filter(
  ({ name, folder, faulty }) =>
    (faulty || !onlyFaults) &&
    (names.length === 0 ||
      names.some((word) => `${name} ${folder}`.toLowerCase().includes(word.toLowerCase()))),
);

const rows: string[][] = [
  ['stack', 'build', ...engines, ...engines.map((name) => `${name}, no wasm`)],
];
const faultRows: string[][] = [['app', 'engine', ...faultColumns]];
const failures: string[] = [];
const counting = await Counting.start();
const launched: Engine[] = [];

/** One that a page has brought down is no use to the next ones. */
async function relaunch(index: number): Promise<void> {
  const { name } = launched[index]!;
  await launched[index]!.close().catch(() => undefined);
  launched[index] = await launch(name);
}

async function visitAll(stack: Stack, served: Served, project: string): Promise<string[]> {
  const cells: string[] = [];
  for (const plain of [false, true]) {
    if (plain && stack.start) continue;
    for (const [index, engine] of launched.entries()) {
      const problems = await visit(engine, served, stack, counting, project, plain);
      cells.push(problems.length === 0 ? 'passed' : 'FAILED');
      const where = `${stack.name}, ${engine.name}${plain ? ', no wasm' : ''}`;
      failures.push(...problems.map((problem) => `${where}: ${problem}`));
      if (problems.length > 0) await relaunch(index);
    }
  }
  return cells;
}

async function visitFaulty(stack: Stack, folder: string, project: string): Promise<void> {
  for (const app of stack.faulty ?? []) {
    const served = await serve(stack, folder, app.output);
    try {
      for (const [index, engine] of launched.entries()) {
        const { cells, problems } = await visitFaults(engine, served, app, counting, project);
        faultRows.push([app.name, engine.name, ...cells]);
        console.log(faultRows.at(-1)!.join(' | '));
        failures.push(...problems);
        if (cells.includes('FAILED')) await relaunch(index);
      }
    } finally {
      await served.close();
    }
  }
}

try {
  const tarball = await pack();
  for (const name of engines) launched.push(await launch(name));
  for (const stack of chosen) {
    const row = [stack.name];
    const begin = performance.now();
    try {
      const project = counting.newProject();
      const folder = await build(stack, tarball, counting.dsn(project));
      row.push(`${((performance.now() - begin) / 1000).toFixed(0)} s`);
      if (!onlyFaults) {
        const served = await serve(stack, folder);
        try {
          row.push(...(await visitAll(stack, served, project)));
        } finally {
          await served.close();
        }
      }
      await visitFaulty(stack, folder, project);
    } catch (error) {
      row.push('FAILED');
      failures.push(`${stack.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!onlyFaults || row.includes('FAILED')) rows.push(row);
    console.log(row.join(' | '));
  }
} finally {
  for (const engine of launched) await engine.close();
  await counting.close();
}

for (const table of [rows, faultRows].filter(({ length }) => length > 1)) {
  const widths = table[0]!.map((_, i) => Math.max(...table.map((row) => (row[i] ?? '-').length)));
  console.log();
  for (const row of table) {
    console.log(
      widths
        .map((width, i) => (row[i] || '-').padEnd(width))
        .join('  ')
        .trimEnd(),
    );
  }
}
for (const failure of failures) console.error(`\n${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
