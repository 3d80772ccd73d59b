/**
 * `npm run bytes`: where the bytes of crashfree.min.js go, by C function and by module of the web
 * layer. Both are read from what ships: the functions from the module as it was linked, optimised
 * the same way but with names; the modules from the script's source map.
 *
 * The second column is what brotli would save if the thing were gone, so the sum is not the whole.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { renameModule, shortNames } from '../../web/build/names.js';
import { pack } from '../../web/build/pack.js';
import { root } from '../../web/build/run.js';
import { weigh } from './subjects/index.js';

const TOP = 25;
const run = promisify(execFile);

interface Part {
  name: string;
  raw: number;
  brotli: number;
}

function print(title: string, parts: Part[], whole: Part): void {
  parts.sort((a, b) => b.raw - a.raw);
  console.log(`\n${title}\n${'raw'.padStart(8)}${'brotli'.padStart(8)}`);
  const rest = parts.slice(TOP);
  if (rest.length > 0) {
    const sum = (of: 'raw' | 'brotli') => rest.reduce((total, part) => total + part[of], 0);
    parts = [
      ...parts.slice(0, TOP),
      { name: `${rest.length} more`, raw: sum('raw'), brotli: sum('brotli') },
    ];
  }
  for (const { name, raw, brotli } of [...parts, whole]) {
    console.log(`${String(raw).padStart(8)}${String(brotli).padStart(8)}  ${name}`);
  }
}

/** The variable-length number at `at`, and where it ends. */
function leb(bytes: Uint8Array, at: number): [value: number, end: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value |= (byte & 127) << shift;
    if (byte < 128) return [value, at];
  }
}

const CODE = 10;
const sectionNames =
  'custom type import function table memory global export start elem code data data-count'.split(
    ' ',
  );

/** Where sections begin and end, and within that of the code where functions do. */
function places(module: Uint8Array): {
  sections: { id: number; from: number; to: number }[];
  functions: { from: number; to: number }[];
} {
  const sections = [];
  const functions = [];
  for (let from = 8; from < module.length;) {
    const id = module[from]!;
    const [size, start] = leb(module, from + 1);
    sections.push({ id, from, to: start + size });
    if (id === CODE) {
      let [count, body] = leb(module, start);
      for (; count > 0; count--) {
        const [length, begin] = leb(module, body);
        functions.push({ from: body, to: begin + length });
        body = begin + length;
      }
    }
    from = start + size;
  }
  return { sections, functions };
}

/** The names of the functions: the build's own last step once more, with a list of them. */
async function functionNames(module: Uint8Array): Promise<string[]> {
  const cwd = join(root, 'build/wasm');
  const folder = await mkdtemp(join(tmpdir(), 'crashfree-bytes-'));
  try {
    const { stdout } = await run('ninja', ['-t', 'commands', 'crashfree.wasm'], { cwd });
    const [, command] = /&& (\S*wasm-opt .*) -o \S+$/m.exec(stdout)!;
    const [program, ...options] = command!.split(' ');
    const again = join(folder, 'again.wasm');
    const list = join(folder, 'names');
    await run(program!, [...options, `--symbolmap=${list}`, '-o', again], { cwd });
    if (!(await readFile(again)).equals(module)) {
      throw new Error('build/wasm and dist/ are not of one build: run "npm run build"');
    }
    const names = (await readFile(list, 'utf8')).trim().split('\n');
    return names.map((line) => line.slice(line.indexOf(':') + 1));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function without(module: Uint8Array, { from, to }: { from: number; to: number }): Uint8Array {
  return Buffer.concat([module.subarray(0, from), module.subarray(to)]);
}

/** The source of each character of the script. */
function sourcesOf(script: string, map: string): string[] {
  const sources = new SourceMap(JSON.parse(map) as never);
  return script.split('\n').flatMap((line, row) =>
    [...`${line}\n`].map((_, column) => {
      const entry = sources.findEntry(row, column) as { originalSource?: string };
      return entry.originalSource ?? 'no module';
    }),
  );
}

const dist = (name: string): string => join(root, 'dist', name);
const script = await readFile(dist('crashfree.min.js'), 'utf8');
const map = await readFile(dist('crashfree.min.js.map'), 'utf8');
const shipped = new Uint8Array(await readFile(dist('crashfree.wasm')));
const module = renameModule(shipped, shortNames(shipped));
const whole: Part = { name: 'crashfree.min.js', ...weigh(script) };

const packed = (bytes: Uint8Array): string => JSON.stringify(pack(bytes)).slice(1, -1);
const literal = packed(module);
if (!script.includes(literal))
  throw new Error('the module is not in the script as web/build packs it');
/** What brotli saves with another module in the script. */
const saved = (bytes: Uint8Array): number =>
  whole.brotli - weigh(script.replace(literal, () => packed(bytes))).brotli;

const { sections, functions } = places(module);
// Imported functions come first.
const names = (await functionNames(shipped)).slice(-functions.length);
print(
  'crashfree.wasm by function, and what is not code',
  [
    ...functions.map((place, index) => ({
      name: names[index]!,
      raw: place.to - place.from,
      brotli: saved(without(module, place)),
    })),
    ...sections
      .filter(({ id }) => id !== CODE)
      .map((place) => ({
        name: `(${sectionNames[place.id]})`,
        raw: place.to - place.from,
        brotli: saved(without(module, place)),
      })),
  ],
  { name: 'crashfree.wasm', raw: module.length, brotli: saved(new Uint8Array()) },
);

const sources = sourcesOf(script, map);
print(
  'crashfree.min.js by module',
  [...new Set(sources)].map((source) => {
    const others = [...script].filter((_, index) => sources[index] !== source).join('');
    return {
      name: source.replace(/^.*(web\/src\/|crashfree:)/, '$1'),
      raw: sources.filter((other) => other === source).length,
      brotli: whole.brotli - weigh(others).brotli,
    };
  }),
  whole,
);
