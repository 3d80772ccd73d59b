/**
 * `npm run callgrind`: the instructions that the core takes for a page, natively, counted by
 * Callgrind and compared with callgrind.json, which `--update` writes anew. Unlike times they are
 * the same in each run, so it fails when one rises by more than a hundredth; another compiler makes
 * others, and then nothing is compared.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { root, run } from '../../web/build/run.js';

const actions = ['start', 'navigation', 'answer', 'error'] as const;
type Action = (typeof actions)[number];

interface Counts {
  /** What they were counted with. */
  compiler: string;
  /** Instructions of each action, and the requests that were sent by its end. */
  instructions: Record<Action, number>;
  requests: Record<Action, number>;
}

const { values } = parseArgs({ options: { update: { type: 'boolean', default: false } } });
const file = new URL('callgrind.json', import.meta.url);
const capture = async (program: string, args: string[]): Promise<string> =>
  (await promisify(execFile)(program, args, { cwd: root })).stdout;

async function measure(program: string, action: Action, output: string): Promise<[number, number]> {
  const printed = await capture('valgrind', [
    '--quiet',
    '--tool=callgrind',
    `--callgrind-out-file=${output}`,
    '--toggle-collect=measured',
    program,
    action,
  ]);
  const summary = /^summary: (\d+)$/m.exec(await readFile(output, 'utf8'));
  if (!summary || summary[1] === '0') throw new Error(`callgrind counted nothing for ${action}`);
  return [Number(summary[1]), Number(printed)];
}

await run('cmake', ['--preset', 'gcc'], { quiet: true });
await run('cmake', ['--build', '--preset', 'gcc', '--target', 'crashfree'], { quiet: true });
const folder = await mkdtemp(join(tmpdir(), 'crashfree-callgrind-'));
const now: Counts = {
  compiler: `gcc ${(await capture('gcc', ['-dumpfullversion'])).trim()}, ${process.arch}`,
  instructions: {} as Counts['instructions'],
  requests: {} as Counts['requests'],
};
try {
  const program = join(folder, 'page');
  await run('gcc', [
    ...['-std=c11', '-O2', '-g', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-Iinclude'],
    ...['tests/bench/callgrind.c', 'build/gcc/libcrashfree.a', '-lm', '-o', program],
  ]);
  for (const action of actions) {
    [now.instructions[action], now.requests[action]] = await measure(
      program,
      action,
      join(folder, action),
    );
  }
} finally {
  await rm(folder, { recursive: true });
}

const kept = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Partial<Counts>;
console.log(`instructions of the core, ${now.compiler}`);
for (const action of actions) {
  const count = now.instructions[action];
  const before = kept.instructions?.[action];
  const change = before === undefined ? 'new' : count === before ? '' : `was ${before}`;
  const percent =
    before && count !== before ? `, ${(100 * (count / before - 1)).toFixed(1)} %` : '';
  console.log(`${action.padEnd(12)}${String(count).padStart(9)}  ${change}${percent}`.trimEnd());
}
const isComparable = kept.compiler === now.compiler;
if (!isComparable) console.log(`callgrind.json is of ${kept.compiler ?? 'nobody'}`);
const risen = actions.filter(
  (action) => now.instructions[action] > 1.01 * (kept.instructions?.[action] ?? Infinity),
);
if (isComparable && risen.length > 0 && !values.update) {
  console.log(`more than before: ${risen.join(', ')}`);
  process.exitCode = 1;
}
if (values.update) await writeFile(file, `${JSON.stringify(now, null, 2)}\n`);
else console.log('--update keeps these');
