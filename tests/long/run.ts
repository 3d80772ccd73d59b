/**
 * The suites that take hours: `npm run test:long` does all of them, `npm run test:long -- sim fuzz` some,
 * `--minutes N` no new piece after that time. What has passed is noted in build/long and not done again
 * for the same commit, so it can be stopped at any time; `--fresh` forgets it. `--list` says what there is.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, run } from '../../web/build/run.js';
import { writeAbi } from '../../web/build/steps/abi.js';
import { parts, revision, type Part, type Piece } from './parts.js';

const folder = join(root, 'build/long');
const file = join(folder, 'state.json');

interface State {
  revision: string;
  /** By part and piece. */
  done: Record<string, { passed: boolean; seconds: number; amount: number }>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    fresh: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    minutes: { type: 'string', default: 'Infinity' },
  },
});
const minutes = Number(values.minutes);
const unknown = positionals.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0 || !(minutes > 0)) {
  const names = parts.map(({ name }) => name).join(', ');
  console.error(`usage: npm run test:long -- [--fresh] [--list] [--minutes N] [PART …] (${names})`);
  process.exit(2);
}
const chosen = parts.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

/** What was done for this commit; results of another one say nothing. */
async function readState(): Promise<State> {
  const fresh: State = { revision: await revision(), done: {} };
  if (values.fresh) return fresh;
  try {
    const state = JSON.parse(await readFile(file, 'utf8')) as State;
    if (state.revision === fresh.revision) return state;
    console.log(`build/long is about ${state.revision.slice(0, 12)}: it begins anew`);
  } catch {
    /* There is none. */
  }
  return fresh;
}

const keyOf = (part: Part, piece: Piece): string => `${part.name}: ${piece.name}`;
const logOf = (key: string): string =>
  join(folder, `${key.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}.log`);

const running = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const child of running) child.kill();
    process.exit(1);
  });
}

/** Runs one piece; what it says is in its log. */
async function runPiece(piece: Piece, log: string): Promise<boolean> {
  const output = await open(log, 'w');
  try {
    const child = spawn(piece.program, piece.args, {
      cwd: root,
      stdio: ['ignore', output.fd, output.fd],
    });
    running.add(child);
    child.on('close', () => running.delete(child));
    return await new Promise((resolve) => {
      child.on('error', () => resolve(false));
      child.on('close', (code) => resolve(code === 0));
    });
  } finally {
    await output.close();
  }
}

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 3600)}:${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}:${String(
    Math.floor(seconds) % 60,
  ).padStart(2, '0')}`;

await writeAbi();
if (values.list) {
  for (const part of chosen) {
    for (const piece of await part.pieces()) console.log(keyOf(part, piece));
  }
  process.exit();
}

const state = await readState();
if (values.fresh) await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const until = performance.now() + minutes * 60_000;

/** Written beside and put in place, one after the other: it can be stopped while it writes. */
let written: Promise<void> = Promise.resolve();
function note(key: string, entry: State['done'][string]): Promise<void> {
  state.done[key] = entry;
  return (written = written.then(async () => {
    await writeFile(`${file}.new`, JSON.stringify(state, undefined, 1));
    await rename(`${file}.new`, file);
  }));
}

/** A piece that is still to be done, and the part that it belongs to. */
interface Task {
  part: Part;
  piece: Piece;
}

const tasks: Task[] = [];
for (const part of chosen) {
  const pieces = await part.pieces();
  const left = pieces.filter((piece) => !state.done[keyOf(part, piece)]?.passed);
  console.log(`${part.name}: ${left.length} of ${pieces.length} pieces are left`);
  if (left.length > 0) await part.prepare?.();
  tasks.push(...left.map((piece) => ({ part, piece })));
}
if (tasks.length > 0) {
  await run(process.execPath, ['--import', 'tsx', 'web/build/build.ts'], { quiet: true });
}

async function work({ part, piece }: Task): Promise<void> {
  if (performance.now() >= until) return;
  const key = keyOf(part, piece);
  const start = performance.now();
  const passed = await runPiece(piece, logOf(key));
  const seconds = (performance.now() - start) / 1000;
  await note(key, { passed, seconds, amount: piece.amount });
  console.log(`${passed ? 'passed' : 'FAILED'}  ${clock(seconds)}  ${key}`);
  if (!passed) console.log(`        ${logOf(key)}`);
}

/* One core drives browsers, one piece at a time, and the others do what needs no browser; at the end all do. */
const besides = tasks.filter(({ part }) => part.sideBySide).values();
const lane = async (rest: Iterable<Task>): Promise<void> => {
  for (const task of rest) await work(task);
};
await Promise.all([
  lane(tasks.filter(({ part }) => !part.sideBySide)).then(() => lane(besides)),
  ...Array.from({ length: availableParallelism() - 1 }, () => lane(besides)),
]);

/* The summary, of all that is known of this commit. */
console.log(`\n${state.revision}`);
console.log(
  `${'part'.padEnd(10)} ${'pieces'.padStart(9)} ${'failed'.padStart(7)} ${'time'.padStart(9)}  what passed`,
);
for (const part of parts) {
  const pieces = await part.pieces();
  const entries = pieces.flatMap((piece) => state.done[keyOf(part, piece)] ?? []);
  const passed = entries.filter((entry) => entry.passed);
  const failed = entries.length - passed.length;
  const amount = (all: { amount: number }[]): string =>
    all.reduce((sum, one) => sum + one.amount, 0).toLocaleString('en');
  const time = clock(entries.reduce((sum, { seconds }) => sum + seconds, 0));
  console.log(
    `${part.name.padEnd(10)} ${`${passed.length}/${pieces.length}`.padStart(9)} ` +
      `${String(failed).padStart(7)} ${time.padStart(9)}  ` +
      `${amount(passed)} of ${amount(pieces)} ${part.unit}`,
  );
  if (failed > 0) process.exitCode = 1;
}
