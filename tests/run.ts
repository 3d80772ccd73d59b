/**
 * Runs the tests, all or those named: `npm test -- unit browser`. A step that fails does not keep
 * the next ones from running; the exit code tells.
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAbi } from '../web/build/steps/abi.js';
import { root } from '../web/build/run.js';
import { failuresFolder, failuresOf, type Step } from './steps.js';

/**
 * The steps of a lane run one after another, what is quick first. The lanes run side by side, since
 * most steps with a browser wait more than they work; the second one reads nothing that the first one
 * writes. Both need the build.
 */
const build: Step[] = ['build'];
const lanes: Step[][] = [
  [
    'house',
    'web',
    'unit',
    'wasm',
    'vectors',
    'work',
    'mutants',
    'fuzz',
    'collector',
    'node',
    'sentry',
    'readme',
    'demo',
    'package',
    'delivery',
  ],
  ['browser', 'worlds'],
];

const names: string[] = [...build, ...lanes.flat()];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')}; there are ${names.join(', ')}`);
  process.exit(2);
}

/**
 * Runs a step in a process of its own; whether it passed. What it says is passed on at once, or when
 * it has ended, so that it is not mixed with what another step says.
 */
function succeeds(name: Step, live: boolean): Promise<boolean> {
  const title = `\n== ${name}\n`;
  if (live) process.stdout.write(title);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'tests/steps.ts', name], {
      cwd: root,
      stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
    });
    const output: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (!live) process.stdout.write(Buffer.concat([Buffer.from(title), ...output]));
      resolve(code === 0);
    });
  });
}

const results = new Map<string, string>();
const failures: string[] = [];

async function runLane(steps: readonly Step[], live: boolean): Promise<void> {
  for (const name of steps) {
    const start = performance.now();
    const passed = await succeeds(name, live);
    if (!passed) {
      process.exitCode = 1;
      failures.push(await readFile(failuresOf(name), 'utf8').catch(() => `${name} failed\n`));
    }
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    const outcome = passed ? 'passed' : 'FAILED';
    results.set(name, `${name.padEnd(10)} ${outcome.padEnd(7)} ${seconds.padStart(4)} s`);
  }
}

// Tests that need no build import it.
await writeAbi();

await rm(failuresFolder, { recursive: true, force: true });
await mkdir(failuresFolder, { recursive: true });

const isWanted = (name: Step): boolean => wanted.length === 0 || wanted.includes(name);
await runLane(build.filter(isWanted), true);
const busyLanes = lanes.map((lane) => lane.filter(isWanted)).filter(({ length }) => length > 0);
await Promise.all(busyLanes.map((lane) => runLane(lane, busyLanes.length === 1)));

const summary = names.flatMap((name) => results.get(name) ?? []);
console.log(`\n${[...failures, ...summary].join('\n')}`);
