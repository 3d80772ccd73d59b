/** README's table of figures, as `npm run bench -- --readme` writes it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../web/build/run.js';
import type { About, Line } from './statistics.js';
import { crashfree, floor, reference } from './subjects/index.js';

/** The lines that begin with a bar, behind the heading of the section. */
const TABLE = /(## Size, time and numbers\n\n)(?:\|.*\n)+/;

const number = (value: number, digits: number): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

function lineOf(title: string, { digits, results }: Line): string {
  const { median, ratio } = results[crashfree]!;
  const cells = [
    `${number(median, digits)}, ${ratio.median.toFixed(2)}×`,
    number(results[reference]!.median, digits),
    number(results[floor]!.median, digits),
  ];
  return `| ${title} | ${cells.join(' | ')} |\n`;
}

export async function writeReadme(
  about: About,
  table: Line[],
  slow?: { throttle: number; table: Line[] },
): Promise<void> {
  const browser = about.chromium.replace(/^\D*(\d+).*/, 'Chromium $1');
  const head =
    `| in one run beside @sentry/browser ${about['@sentry/browser']}, ${browser}, ` +
    `${about.date.slice(0, 10)}, ${about.rounds} rounds | crashfree | ` +
    `its smallest sessions-only client | ${floor} |\n| --- | ---: | ---: | ---: |\n`;
  const lines = table.map((line) => lineOf(line.title, line));
  const slower = (slow?.table ?? [])
    .filter(({ bound }) => bound !== undefined)
    .map((line) => lineOf(`processor ${slow!.throttle} × slower: ${line.title}`, line));

  const file = join(root, 'README.md');
  const before = await readFile(file, 'utf8');
  if (!TABLE.test(before)) throw new Error('README.md has no table of figures');
  const text = before.replace(
    TABLE,
    (_, heading: string) => heading + head + lines.join('') + slower.join(''),
  );
  await writeFile(file, text);
}
