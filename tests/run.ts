/**
 * Runs the tests, all or those named: `npm test -- unit browser`. A step that fails does not keep
 * the next ones from running; the exit code tells.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { writeAbi } from '../web/build/steps/abi.js';
import { filesBelow, root, run, step } from '../web/build/run.js';

const presets = ['gcc', 'clang', 'asan', 'wasi'];

async function unit(): Promise<void> {
  for (const preset of presets) {
    await step(`Building for ${preset}`, async () => {
      // Afresh: what an earlier revision's toolchain left in the cache does not fit.
      await run('cmake', ['--fresh', '--preset', preset], { quiet: true });
      await run('cmake', ['--build', '--preset', preset], { quiet: true });
    });
    await run('ctest', [
      '--preset',
      preset,
      '--progress',
      '--parallel',
      `${availableParallelism()}`,
    ]);
  }
}

/** Where a step says which of its tests failed and why. */
const failuresOf = (name: string): string => join(root, 'build/failures', `${name}.txt`);

/** Every *.test.ts in a folder of tests, with so many files at a time. */
async function node(folder: string, concurrency: number): Promise<void> {
  const files = (await filesBelow(join(root, 'tests', folder)))
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join('tests', folder, file));
  if (files.length === 0) throw new Error(`no test in tests/${folder}`);
  await run(process.execPath, [
    '--import',
    'tsx',
    '--test',
    `--test-concurrency=${concurrency}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=./tests/failures.mjs',
    `--test-reporter-destination=${failuresOf(folder)}`,
    ...files,
  ]);
}

const steps: Record<string, () => Promise<void>> = {
  build: () => run(process.execPath, ['--import', 'tsx', 'web/build/build.ts']),
  house: () => node('house', 2),
  unit,
  mutants: () => run(process.execPath, ['--import', 'tsx', 'tests/sim/mutants.ts']),
  wasm: () => node('wasm', 2),
  vectors: () => node('vectors', 2),
  web: () => node('web', 2),
  // So many executions of each target, always the same ones; `npm run fuzz` runs for a time.
  fuzz: () => run(process.execPath, ['--import', 'tsx', 'tests/fuzz/run.ts', '--runs', '20000']),
  collector: () => node('collector', 2),
  node: () => node('node', 2),
  // One browser at a time: on two cores, two of them starve each other's timers.
  browser: () => node('browser', 1),
  // Each world with its shortest cases, and a share of the others that the commit says.
  worlds: () => {
    const program = ['--import', 'tsx', 'tests/browser/worlds/table.ts'];
    return run(process.execPath, [...program, '--share', '--failures', failuresOf('worlds')]);
  },
  work: () => node('work', 1),
  delivery: () => node('delivery', 1),
  sentry: () => node('sentry', 1),
  demo: () => node('demo', 1),
  readme: () => node('readme', 1),
  package: () => node('package', 2),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')}; there are ${Object.keys(steps).join(', ')}`);
  process.exit(2);
}

// Tests that need no build import it.
await writeAbi();

await rm(join(root, 'build/failures'), { recursive: true, force: true });
await mkdir(join(root, 'build/failures'), { recursive: true });

const results: string[] = [];
const failures: string[] = [];
for (const [name, action] of Object.entries(steps)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const start = performance.now();
  console.log(`\n== ${name}`);
  let outcome = 'passed';
  try {
    await action();
  } catch (error) {
    outcome = 'FAILED';
    process.exitCode = 1;
    console.error(error instanceof Error ? error.message : error);
    failures.push(await readFile(failuresOf(name), 'utf8').catch(() => `${name} failed\n`));
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  results.push(`${name.padEnd(10)} ${outcome.padEnd(7)} ${seconds.padStart(4)} s`);
}
console.log(`\n${[...failures, ...results].join('\n')}`);
