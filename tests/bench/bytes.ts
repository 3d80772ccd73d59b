/**
 * `npm run bytes`: where the bytes of crashfree.min.js go, by C function and by module of the web
 * layer. Both are read from what ships: the functions from the module as it was linked, optimised
 * the same way but with names; the modules from the script's source map.
 *
 * The second column is what brotli would save if the thing were gone, so the sum is not the whole. Last:
 * how much of its memory, which never grows, each module takes for its stack, its texts and its state.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { renameModule, shortNames } from '../../web/build/wasm/names.js';
import { pack, printable } from '../../web/build/wasm/pack.js';
import { root } from '../../web/build/run.js';
import { Reader, sectionsOf, withSections, type Section } from '../../web/build/wasm/format.js';
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

const CODE = 10;
const DATA = 11;
const sectionNames =
  'custom type import function table memory global export start elem code data data-count'.split(
    ' ',
  );

/** The functions of a module, each with the length before it. */
function functionsOf(sections: Section[]): Uint8Array[] {
  const reader = new Reader(sections.find(({ id }) => id === CODE)!.content);
  return Array.from({ length: reader.number() }, () => {
    const from = reader.at;
    reader.block();
    return reader.bytes.subarray(from, reader.at);
  });
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

const packed = pack(module);
const codeText = JSON.stringify(packed.code);
// Without its quotes, of which terser takes those that it need not escape; a backslash it must.
const textsText = JSON.stringify(packed.texts).slice(1, -1);
if (!script.includes(codeText) || !script.includes(textsText)) {
  throw new Error('the module is not in the script as web/build packs it');
}
/** What brotli saves with other code, or other texts, in the script. */
const saved = (code: string, texts = textsText): number =>
  whole.brotli - weigh(script.replace(codeText, () => code).replace(textsText, () => texts)).brotli;
/** The same with a module of these sections. */
const savedWith = (sections: Section[]): number =>
  saved(JSON.stringify(printable(withSections(module, sections))));

const coded = sectionsOf(module).filter(({ id }) => id < DATA);
const functions = functionsOf(coded);
// Imported functions come first.
const names = (await functionNames(shipped)).slice(-functions.length);
print(
  'crashfree.wasm by function, and what is not code',
  [
    ...functions.map((code, index) => ({
      name: names[index]!,
      raw: code.length,
      brotli: savedWith(
        coded.map((section) =>
          section.id === CODE
            ? {
                id: CODE,
                content: Buffer.concat([
                  Uint8Array.of(functions.length),
                  ...functions.filter((other) => other !== code),
                ]),
              }
            : section,
        ),
      ),
    })),
    ...coded
      .filter(({ id }) => id !== CODE)
      .map((section) => ({
        name: `(${sectionNames[section.id]})`,
        raw: section.content.length,
        brotli: savedWith(coded.filter((other) => other !== section)),
      })),
    { name: '(data)', raw: packed.texts.length, brotli: saved(codeText, '') },
  ],
  { name: 'crashfree.wasm', raw: module.length, brotli: saved('""', '') },
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

console.log('\nmemory');
for (const name of ['crashfree', 'crashfree-node', 'crashfree-events']) {
  const linked = await WebAssembly.compile(
    await readFile(join(root, `build/wasm/${name}_linked.wasm`)),
  );
  const imports = WebAssembly.Module.imports(linked).map((one) => [one.name, () => 0] as const);
  const { exports } = await WebAssembly.instantiate(linked, { env: Object.fromEntries(imports) });
  const taken = (exports['__heap_base'] as WebAssembly.Global<'i32'>).value;
  const all = (exports['memory'] as WebAssembly.Memory).buffer.byteLength;
  const share = ((100 * taken) / all).toFixed(1);
  console.log(`${name.padEnd(16)} ${taken} of ${all} bytes, ${share} %`);
}
