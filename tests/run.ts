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

/** What all others need. */
const build: Step[] = ['build'];
/**
 * Two lists are run side by side, since most steps with a browser wait more than they work, and then
 * what is left by whoever is free. In a list what is quick is first; `wasm` and `vectors` need what `unit`
 * builds.
 */
const lists: Step[][] = [
  ['browser', 'worlds'],
  ['house', 'web', 'unit', 'wasm', 'vectors', 'work', 'mutants', 'fuzz'],
];
const left: Step[] = ['collector', 'node', 'sentry', 'readme', 'demo', 'package', 'delivery'];

const names: string[] = [...build, ...lists.flat(), ...left];
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

/** Runs steps one after another, and takes each out of its list when it begins. */
async function runAll(live: boolean, ...lists: Step[][]): Promise<void> {
  for (const steps of lists) {
    for (let name = steps.shift(); name !== undefined; name = steps.shift()) {
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
}

// Tests that need no build import it.
await writeAbi();

await rm(failuresFolder, { recursive: true, force: true });
await mkdir(failuresFolder, { recursive: true });

const isWanted = (name: Step): boolean => wanted.length === 0 || wanted.includes(name);
await runAll(true, build.filter(isWanted));
const wantedLists = lists.map((list) => list.filter(isWanted)).filter(({ length }) => length > 0);
const wantedLeft = left.filter(isWanted);
const live = wantedLists.length < 2;
await Promise.all(
  (live ? [wantedLists.flat()] : wantedLists).map((list) => runAll(live, list, wantedLeft)),
);

const summary = names.flatMap((name) => results.get(name) ?? []);
console.log(`\n${[...failures, ...summary].join('\n')}`);
