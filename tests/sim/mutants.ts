/**
 * Shows that the simulator bites: builds the core once for each of mutations.ts, with that one
 * mistake in it, and lets the simulator look for it. `npm run mutants [-- WORD]` tries all, or
 * those with the word in their name. It fails if one goes unnoticed.
 */
import { exec, execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { root, run } from '../../web/build/run.js';
import { mutations, type Mutation } from './mutations.js';

/** The programs, and how many lives each gives a mutation. */
const LIVES = { sim: 300_000, counts: 5_000, crashes: 20_000 };
const PARALLEL = 2;
const build = join(root, 'build/mutants');
const core = join(root, 'src');

/** An entry of compile_commands.json. */
interface Compilation {
  file: string;
  output: string;
  command: string;
}

interface Outcome {
  caught: boolean;
  /** What the simulator says, or after how many lives it gave up. */
  by: string;
  life: string;
  seconds: number;
}

const shell = promisify(exec);
const program = promisify(execFile);

type Program = keyof typeof LIVES;

/** Which one looks for a mistake in a file: servers' counts and events have models of their own. */
const programFor = (file: string): Program =>
  /^(minutes|aggregate)/.test(file) ? 'counts' : /^events/.test(file) ? 'crashes' : 'sim';

/** Where the objects of each program are. */
const OBJECTS: Record<Program, RegExp> = {
  sim: /\/sim(_play)?\.dir\//,
  counts: /\/counts\.dir\//,
  crashes: /\/crashes\.dir\//,
};

/** The compilations that a program consists of. */
async function compilations(program: Program): Promise<Compilation[]> {
  const text = await readFile(join(build, 'compile_commands.json'), 'utf8');
  const all = JSON.parse(text) as { file: string; command: string }[];
  return all
    .map(({ file, command }) => ({ file, command, output: / -o (\S+)/.exec(command)![1]! }))
    .filter(({ output }) => !/(^|\/)tests\//.test(output) || OBJECTS[program].test(output));
}

async function tryOut(
  { file, text, instead }: Mutation,
  folder: string,
  parts: Compilation[],
): Promise<Outcome> {
  const start = performance.now();
  const copy = join(folder, 'src');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(core, copy, { recursive: true });
  const path = join(copy, file);
  const source = await readFile(path, 'utf8');
  await writeFile(
    path,
    source.replace(text, () => instead),
  );

  /* A header is part of every module. */
  const objects = [];
  for (const part of parts) {
    const inside = relative(core, part.file);
    if (inside.startsWith('..') || (file.endsWith('.c') && inside !== file)) {
      objects.push(join(build, part.output));
      continue;
    }
    const object = join(folder, `${inside.replaceAll('/', '-')}.o`);
    const command = part.command
      .replaceAll(core, copy)
      .replace(/ -o \S+/, ` -o ${object}`)
      .replace(' -Werror', ' -w');
    await shell(command, { cwd: build });
    objects.push(object);
  }
  const name = programFor(file);
  const built = join(folder, name);
  await program('gcc', ['-o', built, ...objects, '-lm']);

  let output = '';
  let caught = false;
  try {
    const lives = ['--lives', String(LIVES[name]), '--seed', '1'];
    await program(built, name === 'sim' ? [...lives, '--brief'] : lives, { timeout: 300_000 });
  } catch (error) {
    const failure = error as { stdout?: string; code?: number; signal?: string };
    caught = true;
    output = failure.stdout || `${failure.signal ?? `exit code ${failure.code}`}`;
  }
  return {
    caught,
    by: caught ? (/FAILED: ([^:]*)/.exec(output)?.[1] ?? output.trim()) : 'NOT NOTICED',
    life: /^life (\d+)/.exec(output)?.[1] ?? '',
    seconds: (performance.now() - start) / 1000,
  };
}

const wanted = process.argv[2] ?? '';
const chosen = mutations.filter(({ name }) => name.includes(wanted));

/* A mutation whose text has gone would prove nothing. */
for (const { name, file, text } of chosen) {
  const found = (await readFile(join(core, file), 'utf8')).split(text).length - 1;
  if (found !== 1) {
    console.error(`mutants: "${name}": its text stands ${found} times in src/${file}, not once`);
    process.exitCode = 1;
  }
}
if (process.exitCode) process.exit();

await run(
  'cmake',
  ['--preset', 'gcc', '-B', build, '-DCMAKE_BUILD_TYPE=None', '-DCMAKE_C_FLAGS=-O1'],
  { quiet: true },
);
await run('cmake', ['--build', build, '--target', ...Object.keys(LIVES)], { quiet: true });
const parts = {
  sim: await compilations('sim'),
  counts: await compilations('counts'),
  crashes: await compilations('crashes'),
};
const start = performance.now();
const outcomes: Outcome[] = [];
let next = 0;

await Promise.all(
  Array.from({ length: PARALLEL }, async () => {
    while (next < chosen.length) {
      const at = next++;
      outcomes[at] = await tryOut(
        chosen[at]!,
        join(build, 'mutants', String(at)),
        parts[programFor(chosen[at]!.file)],
      );
    }
  }),
);

const width = Math.max(...chosen.map(({ name }) => name.length));
console.log(`${'mutation'.padEnd(width)}  ${'life'.padStart(6)}  caught by`);
chosen.forEach(({ name }, at) => {
  const { by, life } = outcomes[at]!;
  console.log(`${name.padEnd(width)}  ${life.padStart(6)}  ${by}`);
});
const caught = outcomes.filter((outcome) => outcome.caught).length;
const seconds = ((performance.now() - start) / 1000).toFixed(0);
console.log(`${caught} of ${chosen.length} mutations caught in ${seconds} s`);
if (caught < chosen.length) process.exitCode = 1;
