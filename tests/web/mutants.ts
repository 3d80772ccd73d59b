/**
 * Shows that the tests in this folder bite: runs them once for each of mutations.ts, with that one
 * mistake in the page's layer. `npm run mutants:web [-- WORD …]` tries all, or those with one of the words
 * in their file or name. It fails if one goes unnoticed.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesBelow, root } from '../../web/build/run.js';
import { mutations, timesFound, type Mutation } from './mutations.js';

const PARALLEL = 2;
/** A mistake can make a test wait for ever, which is noticed as well. */
const PATIENCE_MS = 120_000;
/** Of its own, as two runs at once would see each other's mistakes. */
const folder = join(root, 'build/mutants-web', String(process.pid));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** What the tests need: copies of what they read, in which one file is changed, and ways to the rest. */
const COPIED = ['web/src', 'web/build', 'tests/web', 'package.json', 'tsconfig.json'];
const LINKED = ['dist', 'node_modules', 'build'];

/** The tests, those first that stand in a folder of that name: they are the likeliest to notice. */
async function writeAll(place: string, first: string): Promise<void> {
  const tests = (await filesBelow(join(place, 'tests/web'))).filter((file) =>
    file.endsWith('.test.ts'),
  );
  const sorted = [
    ...tests.filter((file) => file.startsWith(first)),
    ...tests.filter((file) => !file.startsWith(first)),
  ];
  const text = sorted.map((file) => `import './${file}';\n`).join('');
  await writeFile(join(place, 'tests/web/all.ts'), text);
}

/** A copy of the page's layer and of its tests. */
async function copyTo(place: string): Promise<void> {
  await rm(place, { recursive: true, force: true });
  await mkdir(place, { recursive: true });
  for (const path of COPIED) await cp(join(root, path), join(place, path), { recursive: true });
  for (const path of LINKED) await symlink(join(root, path), join(place, path));
  await writeAll(place, '');
}

/** Runs the tests until one fails; resolves with its name, or nothing if all pass. */
function firstFailure(place: string): Promise<string | undefined> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'tests/web/all.ts'], {
    cwd: place,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let failed: string | undefined;
  const timer = setTimeout(() => {
    failed = 'waits for ever';
    child.kill();
  }, PATIENCE_MS);
  child.stderr.resume();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    failed ??= /^ *not ok \d+ - (.*)\n/m.exec(output)?.[1];
    if (failed) child.kill();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(failed ?? (code === 0 ? undefined : 'the tests do not run'));
    });
  });
}

async function tryOut({ file, text, instead }: Mutation, place: string) {
  const source = await readFile(join(root, 'web/src', file), 'utf8');
  const path = join(place, 'web/src', file);
  await writeFile(
    path,
    source.replace(text, () => instead),
  );
  const [layer] = file.split('/');
  await writeAll(place, layer === 'delivery' || layer === 'storage' ? layer : 'client');
  try {
    return await firstFailure(place);
  } finally {
    await writeFile(path, source);
  }
}

const words = process.argv.slice(2);
const chosen = mutations.filter(
  ({ file, name }) => words.length === 0 || words.some((word) => `${file} ${name}`.includes(word)),
);

for (const mutation of chosen) {
  const { name, file } = mutation;
  const found = await timesFound(mutation);
  if (found === 1) continue;
  console.error(
    `mutants:web: "${name}": its text stands ${found} times in web/src/${file}, not once`,
  );
  process.exitCode = 1;
}
if (chosen.length === 0) {
  console.error(`mutants:web: no mutation has ${words.join(' or ')} in its file or name`);
  process.exitCode = 2;
}
if (process.exitCode) process.exit();

const places = Array.from({ length: PARALLEL }, (_, index) => join(folder, String(index)));
for (const place of places) await copyTo(place);
const broken = await firstFailure(places[0]!);
if (broken) {
  console.error(`mutants:web: without a mutation fails: ${broken}`);
  process.exit(1);
}

const start = performance.now();
const width = Math.max(...chosen.map(({ file, name }) => `${file}: ${name}`.length));
let caught = 0;
let next = 0;
await Promise.all(
  places.map(async (place) => {
    while (next < chosen.length) {
      const mutation = chosen[next++]!;
      const by = await tryOut(mutation, place);
      if (by) caught++;
      console.log(`${`${mutation.file}: ${mutation.name}`.padEnd(width)}  ${by ?? 'NOT NOTICED'}`);
    }
  }),
);
const seconds = ((performance.now() - start) / 1000).toFixed(0);
console.log(`${caught} of ${chosen.length} mutations of the page's layer caught in ${seconds} s`);
if (caught < chosen.length) process.exitCode = 1;
