/** The parts of the long run, and the pieces in which each is done. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { filesBelow, root, run } from '../../web/build/run.js';
import { worlds } from '../browser/worlds/index.js';
import { built, fuzzArguments, fuzzTargets, type Target } from '../fuzz/targets.js';
import { stacks } from '../package/stacks.js';

/** What is done in one go, and not again once it has passed. */
export interface Piece {
  name: string;
  program: string;
  args: string[];
  /** Of what the summary counts. */
  amount: number;
}

export interface Part {
  name: string;
  /** What it counts. */
  unit: string;
  /** Its pieces need neither a browser nor quiet: they may run beside others. */
  sideBySide?: boolean;
  /** Before the first piece of a run. */
  prepare?(): Promise<void>;
  pieces(): Piece[] | Promise<Piece[]>;
}

const LIVES = 10_000_000;
const LIVES_IN_A_PIECE = 500_000;
const EXECUTIONS_IN_A_PIECE = 500_000;
const SEEDS = 100;
const BROWSER_LIVES = 200;
const BROWSER_LIVES_IN_A_PIECE = 20;

const script = (name: string, amount: number, ...args: string[]): Piece => ({
  name,
  program: process.execPath,
  args: ['--import', 'tsx', ...args],
  amount,
});

async function cmake(preset: string, ...targets: string[]): Promise<void> {
  await run('cmake', ['--preset', preset], { quiet: true });
  await run('cmake', ['--build', '--preset', preset, ...targets], { quiet: true });
}

const sim: Part = {
  name: 'sim',
  unit: 'lives',
  sideBySide: true,
  prepare: () => cmake('gcc', '--target', 'sim'),
  pieces: () =>
    Array.from({ length: LIVES / LIVES_IN_A_PIECE }, (_, index) => ({
      name: `seed ${index + 1}`,
      program: join(root, 'build/gcc/tests/sim/sim'),
      args: ['--lives', String(LIVES_IN_A_PIECE), '--seed', String(index + 1), '--brief'],
      amount: LIVES_IN_A_PIECE,
    })),
};

const fuzz: Part = {
  name: 'fuzz',
  unit: 'executions',
  sideBySide: true,
  async prepare() {
    await cmake('fuzz');
    const folders = (await fuzzTargets()).map(({ name }) => join('corpus', name));
    for (const folder of ['found', ...folders]) {
      await mkdir(join(built, folder), { recursive: true });
    }
  },
  async pieces() {
    const targets = await fuzzTargets();
    const pieces = ({ millions }: Target): number => (millions * 1e6) / EXECUTIONS_IN_A_PIECE;
    const rounds = Math.max(...targets.map(pieces));
    /* In turn, so that each has its share of a run that is stopped. */
    return Array.from({ length: rounds }, (_, round) =>
      targets
        .filter((target) => round < pieces(target))
        .map((target) => ({
          name: `${target.name}, seed ${round + 1}`,
          program: target.program,
          args: fuzzArguments(
            target,
            join(built, 'corpus', target.name),
            `-runs=${EXECUTIONS_IN_A_PIECE}`,
            `-seed=${round + 1}`,
          ),
          amount: EXECUTIONS_IN_A_PIECE,
        })),
    ).flat();
  },
};

/** What holds for any text and value, with others than `npm test` tries. */
const properties: Part = {
  name: 'properties',
  unit: 'seeds',
  sideBySide: true,
  async pieces() {
    const folder = join(root, 'tests/web');
    const files = await filesBelow(folder);
    const tests = files
      .filter((file) => file.endsWith('.property.test.ts'))
      .map((file) => join(folder, file));
    return Array.from({ length: SEEDS }, (_, index) => ({
      name: `seed ${index + 2}`,
      program: 'env',
      args: [`SEED=${index + 2}`, process.execPath, '--import', 'tsx', '--test', ...tests],
      amount: 1,
    }));
  },
};

/** Everything in package.json that is called a soak. */
const soak: Part = {
  name: 'soak',
  unit: 'soaks',
  async pieces() {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    return Object.keys(scripts)
      .filter((name) => /^soak\b/.test(name))
      .map((name) => ({ name, program: 'npm', args: ['run', '--silent', name], amount: 1 }));
  },
};

/** Work for which nothing but a built package is needed. */
const scripts: Part[] = [
  {
    name: 'mutants',
    unit: 'tables',
    pieces: () => [
      script('of the core', 1, 'tests/sim/mutants.ts'),
      script('of the page’s layer', 1, 'tests/web/mutants.ts'),
    ],
  },
  {
    name: 'worlds',
    unit: 'worlds in three engines',
    pieces: () =>
      worlds.map(({ name }) => script(name, 1, 'tests/browser/worlds/table.ts', '--world', name)),
  },
  {
    name: 'lives',
    unit: 'lives in three engines',
    pieces: () =>
      Array.from({ length: BROWSER_LIVES / BROWSER_LIVES_IN_A_PIECE }, (_, index) => {
        const [lives, seed] = [BROWSER_LIVES_IN_A_PIECE, 1 + index * BROWSER_LIVES_IN_A_PIECE];
        return script(
          `seeds ${seed} to ${seed + lives - 1}`,
          lives,
          'tests/browser/lives/table.ts',
          ...['--seed', String(seed), '--lives', String(lives)],
        );
      }),
  },
  {
    name: 'fixtures',
    unit: 'apps',
    pieces: () => [
      ...stacks.map(({ name }) => script(name, 1, 'tests/package/fixtures.ts', name)),
      ...['nest', 'next'].map((name) =>
        script(`${name} on a server`, 1, 'tests/node/fixtures.ts', name),
      ),
    ],
  },
];

export const parts: Part[] = [sim, fuzz, properties, soak, ...scripts];

const program = promisify(execFile);

/** What the results are about: the commit, and what was changed since. */
export async function revision(): Promise<string> {
  const options = { cwd: root, maxBuffer: 1 << 28 };
  const { stdout: commit } = await program('git', ['rev-parse', 'HEAD'], options);
  const { stdout: changes } = await program('git', ['diff', 'HEAD'], options);
  if (!changes) return commit.trim();
  return `${commit.trim()} with changes ${createHash('sha256').update(changes).digest('hex')}`;
}
