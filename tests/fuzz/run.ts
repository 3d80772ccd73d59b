/**
 * Fuzzes every target: `npm run fuzz [-- seconds for each]`, or with `--runs N` so many executions.
 * What it learns goes to build/fuzz/corpus; what breaks is written to build/fuzz/found.
 */
import { spawn } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root, run, step } from '../../web/build/run.js';
import { pool } from '../browser/pool.js';

const [first, second] = process.argv.slice(2);
const runs = first === '--runs' ? Number(second) : undefined;
const seconds = runs === undefined ? Number(first ?? 60) : undefined;
if (!((runs ?? seconds ?? 0) > 0)) throw new Error('usage: fuzz [seconds | --runs N]');

const folder = join(root, 'build/fuzz');
const found = join(folder, 'found');
const corpora = join(root, 'tests/fuzz/corpus');

await step('Building the fuzz targets', async () => {
  await run('cmake', ['--preset', 'fuzz'], { quiet: true });
  await run('cmake', ['--build', '--preset', 'fuzz'], { quiet: true });
});
const cores = availableParallelism();
await run('ctest', ['--preset', 'fuzz', '--progress', '--parallel', `${cores}`]);
await mkdir(found, { recursive: true });

/** One target; resolves with its last words about itself. */
async function fuzz(target: string): Promise<string> {
  // The first folder is written to. A counted run is the same each time: it starts from what is
  // committed.
  const corpus = join(folder, runs === undefined ? 'corpus' : 'corpus-counted', target);
  if (runs !== undefined) await rm(corpus, { recursive: true, force: true });
  await mkdir(corpus, { recursive: true });
  const child = spawn(
    join(folder, 'tests/fuzz', `fuzz_${target}`),
    [
      runs === undefined ? `-max_total_time=${seconds}` : `-runs=${runs}`,
      ...(runs === undefined ? [] : ['-seed=1']),
      '-max_len=2048',
      '-timeout=10',
      '-rss_limit_mb=1024',
      '-print_final_stats=1',
      `-artifact_prefix=${found}/${target}-`,
      corpus,
      join(corpora, target),
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-20_000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${target}: exit code ${code}\n${output}`);
  return /number_of_executed_units: (\d+)/.exec(output)?.[1] ?? '0';
}

await pool((await readdir(corpora)).sort(), cores, async (target) => {
  const start = performance.now();
  try {
    const executions = Number(await fuzz(target)).toLocaleString('en');
    const time = ((performance.now() - start) / 1000).toFixed(0);
    console.log(`${target.padEnd(8)} ${executions.padStart(12)} executions ${time.padStart(5)} s`);
  } catch (error) {
    process.exitCode = 1;
    console.error(error instanceof Error ? error.message : error);
  }
});
