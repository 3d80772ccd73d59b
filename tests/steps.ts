/** The steps of `npm test`, by name: `node --import tsx tests/steps.ts NAME` runs one of them. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

/** Where the steps say which of their tests failed and why. */
export const failuresFolder = join(root, 'build/failures');
export const failuresOf = (name: string): string => join(failuresFolder, `${name}.txt`);

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

const steps = {
  build: () => run(process.execPath, ['--import', 'tsx', 'web/build/build.ts']),
  house: () => node('house', 2),
  web: () => node('web', 2),
  unit,
  wasm: () => node('wasm', 2),
  vectors: () => node('vectors', 2),
  work: () => node('work', 1),
  mutants: () => run(process.execPath, ['--import', 'tsx', 'tests/sim/mutants.ts']),
  // So many executions of each target, always the same ones; `npm run fuzz` runs for a time.
  fuzz: () => run(process.execPath, ['--import', 'tsx', 'tests/fuzz/run.ts', '--runs', '20000']),
  collector: () => node('collector', 2),
  node: () => node('node', 2),
  sentry: () => node('sentry', 1),
  readme: () => node('readme', 1),
  demo: () => node('demo', 1),
  package: () => node('package', 2),
  delivery: () => node('delivery', 1),
  browser: () => node('browser', 1),
  // Each world with its shortest cases, and a share of the others that the commit says.
  worlds: () => {
    const program = ['--import', 'tsx', 'tests/browser/worlds/table.ts'];
    return run(process.execPath, [...program, '--share', '--failures', failuresOf('worlds')]);
  },
};

export type Step = keyof typeof steps;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await steps[process.argv[2] as Step]();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
