/**
 * Which lines and branches the tests reach: `npm run coverage [-- c|web]`. Of C by llvm-cov, over the unit
 * tests, the simulators and what the fuzz targets have found (the vectors run the module, which is built
 * from the same sources and tells nothing of them); of the page's layer by Node's own coverage of
 * tests/web, without what only browsers reach. A table for each, by file, with the lines that nothing
 * reached.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { writeAbi } from '../web/build/steps/abi.js';
import { filesBelow, root, run, step } from '../web/build/run.js';

const folder = join(root, 'build/coverage');
/** Enough for every branch of the core that lives reach at all, and for a minute at most. */
const LIVES = { sim: '10000', counts: '300', faults: '100' };

/** Names at most so many gaps of a file. */
const GAPS = 8;

/** What is said of a file that no test imports. */
const ELSEWHERE = 'tested in bundles and in browsers only, which tell nothing here';

interface Row {
  file: string;
  lines: [reached: number, all: number];
  branches: [reached: number, all: number];
  gaps: string[];
}

const program = promisify(execFile);

/** The lines of a file that do something: Node counts comments and imports as well. */
async function linesThatAct(file: string): Promise<(line: number) => boolean> {
  const text = await readFile(join(root, file), 'utf8');
  const lines = text.split('\n').map((line) => !/^\s*(\/?\*|\/\/|import\b|$)/.test(line));
  return (line) => lines[line - 1] ?? false;
}

/** What a report in the form of lcov says of each file. */
async function readLcov(text: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const record of text.split('end_of_record')) {
    const path = /^SF:(.*)$/m.exec(record)?.[1];
    if (!path) continue;
    const file = relative(root, resolve(root, path));
    const acts = await linesThatAct(file);
    const lines = new Map<number, boolean>();
    for (const [, line, count] of record.matchAll(/^DA:(\d+),(\d+)/gm)) {
      const isReached = lines.get(Number(line)) || count !== '0';
      if (acts(Number(line))) lines.set(Number(line), isReached);
    }
    const branches = new Map<string, boolean>();
    for (const [, name, count] of record.matchAll(/^BRDA:(\d+,\d+,\d+),(\S+)$/gm)) {
      branches.set(name!, branches.get(name!) || (count !== '0' && count !== '-'));
    }
    const gaps: [number, number][] = [];
    for (const [line, isReached] of [...lines].sort(([a], [b]) => a - b)) {
      const last = gaps.at(-1);
      if (isReached) continue;
      if (last && last[1] === line - 1) last[1] = line;
      else gaps.push([line, line]);
    }
    rows.push({
      file,
      lines: [[...lines.values()].filter(Boolean).length, lines.size],
      branches: [[...branches.values()].filter(Boolean).length, branches.size],
      gaps: gaps.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)),
    });
  }
  return rows.sort((a, b) => a.file.localeCompare(b.file));
}

const percent = ([reached, all]: [number, number]) =>
  all === 0 ? '-' : `${((100 * reached) / all).toFixed(1)} %`;

function print(title: string, rows: Row[]): void {
  const width = Math.max(...rows.map(({ file }) => file.length));
  const add = (kind: 'lines' | 'branches'): [number, number] =>
    rows.reduce<[number, number]>(
      ([reached, all], row) => [reached + row[kind][0], all + row[kind][1]],
      [0, 0],
    );
  const line = ({ file, lines, branches, gaps }: Row) => {
    const named = gaps.slice(0, GAPS).join(' ');
    const more = gaps.length > GAPS ? ` and ${gaps.length - GAPS} more` : '';
    return `${file.padEnd(width)} ${percent(lines).padStart(9)} ${percent(branches).padStart(9)}  ${named}${more}`;
  };
  console.log(
    `\n${title.padEnd(width)} ${'lines'.padStart(9)} ${'branches'.padStart(9)}  not reached`,
  );
  rows.forEach((row) => console.log(line(row).trimEnd()));
  console.log(line({ file: 'all', lines: add('lines'), branches: add('branches'), gaps: [] }));
}

async function ofC(): Promise<Row[]> {
  const build = join(folder, 'c');
  const profiles = join(folder, 'profiles');
  await rm(profiles, { recursive: true, force: true });
  await mkdir(profiles, { recursive: true });
  await step('Building with counters', async () => {
    const flags = '-O1 -fprofile-instr-generate -fcoverage-mapping';
    await run(
      'cmake',
      [...['--preset', 'fuzz', '-B', build, '-DCMAKE_BUILD_TYPE=None'], `-DCMAKE_C_FLAGS=${flags}`],
      { quiet: true },
    );
    await run('cmake', ['--build', build], { quiet: true });
  });

  const programs: string[] = [];
  const runOne = async (path: string, args: string[]) => {
    programs.push(path);
    const LLVM_PROFILE_FILE = join(profiles, `${programs.length}.profraw`);
    await run(path, args, { quiet: true, env: { LLVM_PROFILE_FILE } });
  };
  await step('Running the unit tests', async () => {
    for (const name of await readdir(join(build, 'tests/unit'))) {
      if (/^unit_\w+$/.test(name)) await runOne(join(build, 'tests/unit', name), []);
    }
  });
  await step('Living lives', async () => {
    for (const [name, lives] of Object.entries(LIVES)) {
      await runOne(join(build, 'tests/sim', name), ['--lives', lives]);
    }
  });
  await step('Replaying the fuzz corpus', async () => {
    for (const target of await readdir(join(root, 'tests/fuzz/corpus'))) {
      const corpus = join(root, 'tests/fuzz/corpus', target);
      await runOne(join(build, 'tests/fuzz', `fuzz_${target}`), ['-runs=0', corpus]);
    }
  });

  const merged = join(folder, 'c.profdata');
  const raw = (await readdir(profiles)).map((name) => join(profiles, name));
  await run('llvm-profdata', ['merge', '-sparse', ...raw, '-o', merged], { quiet: true });
  const { stdout } = await program(
    'llvm-cov',
    [
      ...['export', '--format=lcov', `--instr-profile=${merged}`, programs[0]!],
      ...programs.slice(1).flatMap((path) => ['--object', path]),
      '--ignore-filename-regex=/(tests|cjson|cJSON)[/.]',
    ],
    { maxBuffer: 1 << 30 },
  );
  return readLcov(stdout);
}

async function ofThePage(): Promise<Row[]> {
  await writeAbi();
  const report = join(folder, 'web.lcov');
  const tests = (await filesBelow(join(root, 'tests/web')))
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join('tests/web', file));
  await step('Running tests/web', () =>
    run(
      process.execPath,
      [
        ...['--enable-source-maps', '--import', 'tsx', '--test', '--experimental-test-coverage'],
        `--test-concurrency=${availableParallelism()}`,
        ...['--test-reporter=lcov', `--test-reporter-destination=${report}`, ...tests],
      ],
      { quiet: true },
    ),
  );
  const rows = await readLcov(await readFile(report, 'utf8'));
  const sources = (await filesBelow(join(root, 'web/src'))).map((file) => `web/src/${file}`);
  const known = new Map(rows.map((row) => [row.file, row]));
  return sources
    .filter((file) => file !== 'web/src/abi.ts' && !file.endsWith('.d.ts'))
    .map((file) => known.get(file) ?? { file, lines: [0, 0], branches: [0, 0], gaps: [ELSEWHERE] });
}

const wanted = process.argv.slice(2);
if (wanted.some((name) => name !== 'c' && name !== 'web')) {
  console.error('usage: coverage [c] [web]');
  process.exit(2);
}
await mkdir(folder, { recursive: true });
const tables: [string, Row[]][] = [];
if (wanted.length === 0 || wanted.includes('c')) tables.push(['C', await ofC()]);
if (wanted.length === 0 || wanted.includes('web'))
  tables.push(["the page's layer", await ofThePage()]);
for (const [title, rows] of tables) print(title, rows);
await writeFile(join(folder, 'coverage.json'), JSON.stringify(Object.fromEntries(tables), null, 1));
