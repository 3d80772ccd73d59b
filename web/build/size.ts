/**
 * Prints what every file in dist/ weighs: as it is, gzip -9 and brotli -q 11. Fails when a file is
 * heavier than size-budget.json allows. Then the hashes for `integrity` attributes.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { filesBelow, root } from './run.js';

type Encoding = 'raw' | 'gzip' | 'brotli';

const dist = join(root, 'dist');
const budgets = JSON.parse(
  await readFile(new URL('size-budget.json', import.meta.url), 'utf8'),
) as Record<string, Partial<Record<Encoding, number>>>;

async function weigh(file: string): Promise<Record<Encoding, number>> {
  const bytes = await readFile(join(dist, file));
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
    }).length,
  };
}

const files = await filesBelow(dist);
let tooHeavy = false;
const width = Math.max(4, ...files.map((file) => file.length));
const row = (cells: (string | number)[]): string =>
  cells.map((cell, i) => (i ? String(cell).padStart(9) : String(cell).padEnd(width))).join('');

console.log(row(['file', 'raw', 'gzip -9', 'br -q 11', 'budget']));
for (const file of files) {
  const weight = await weigh(file);
  const budget = budgets[file]?.brotli ?? '';
  console.log(row([file, weight.raw, weight.gzip, weight.brotli, budget]));
  for (const [encoding, limit] of Object.entries(budgets[file] ?? {}) as [Encoding, number][]) {
    if (weight[encoding] <= limit) continue;
    console.error(`${file}: ${weight[encoding]} bytes ${encoding}, the budget is ${limit}`);
    tooHeavy = true;
  }
}
for (const file of Object.keys(budgets)) {
  if (files.includes(file)) continue;
  console.error(`${file} has a budget but was not built`);
  process.exitCode = 1;
}

if (tooHeavy) {
  process.exitCode = 1;
  console.error(
    '`npm run bytes` says what the bytes are for. If people get something for them, raise the number ' +
      'in web/build/size-budget.json in a commit that says what for, and how many bytes it takes.',
  );
}

console.log('\nintegrity');
for (const file of files) {
  if (!/^crashfree\.(min\.js|js|url\.js|nowasm\.js|storage\.js|events\.js|wasm)$/.test(file))
    continue;
  const hash = createHash('sha384').update(await readFile(join(dist, file)));
  console.log(`${file.padEnd(width)} sha384-${hash.digest('base64')}`);
}
