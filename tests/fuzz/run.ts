/**
 * Fuzzes every target: `npm run fuzz [-- seconds for each]`, or with `--runs N` so many executions.
 * What it learns goes to build/fuzz/corpus; what breaks is written to build/fuzz/found.
 */
import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run, step } from '../../web/build/run.js';
import { pool } from '../browser/pool.js';
import { built, fuzzArguments, fuzzTargets, type Target } from './targets.js';

const [first, second] = process.argv.slice(2);
const runs = first === '--runs' ? Number(second) : undefined;
const seconds = runs === undefined ? Number(first ?? 60) : undefined;
if (!((runs ?? seconds ?? 0) > 0)) throw new Error('usage: fuzz [seconds | --runs N]');

await step('Building the fuzz targets', async () => {
  await run('cmake', ['--preset', 'fuzz'], { quiet: true });
  await run('cmake', ['--build', '--preset', 'fuzz'], { quiet: true });
});
const cores = availableParallelism();
await run('ctest', ['--preset', 'fuzz', '--progress', '--parallel', `${cores}`]);
await mkdir(join(built, 'found'), { recursive: true });

/** One target; resolves with its last words about itself. */
async function fuzz(target: Target): Promise<string> {
  // The first folder is written to. A counted run is the same each time: it starts from what is
  // committed.
  const corpus = join(built, runs === undefined ? 'corpus' : 'corpus-counted', target.name);
  if (runs !== undefined) await rm(corpus, { recursive: true, force: true });
  await mkdir(corpus, { recursive: true });
  const child = spawn(
    target.program,
    fuzzArguments(
      target,
      corpus,
      ...(runs === undefined ? [`-max_total_time=${seconds}`] : [`-runs=${runs}`, '-seed=1']),
      '-print_final_stats=1',
    ),
    { cwd: built, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-20_000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${target.name}: exit code ${code}\n${output}`);
  return /number_of_executed_units: (\d+)/.exec(output)?.[1] ?? '0';
}

await pool(await fuzzTargets(), cores, async (target) => {
  const start = performance.now();
  try {
    const executions = Number(await fuzz(target)).toLocaleString('en');
    const time = ((performance.now() - start) / 1000).toFixed(0);
    console.log(
      `${target.name.padEnd(9)} ${executions.padStart(12)} executions ${time.padStart(5)} s`,
    );
  } catch (error) {
    process.exitCode = 1;
    console.error(error instanceof Error ? error.message : error);
  }
});
