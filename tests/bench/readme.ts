/** README's tables of figures, as `npm run bench -- --readme` writes them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../web/build/run.js';
import type { About, Line } from './statistics.js';
import { crashfree, floor, reference, wholePeer, withEvents } from './subjects/index.js';

/** The lines that begin with a bar, behind the heading of the section. */
const TABLE = /(## Size, time and numbers\n\n)(?:\|.*\n)+/;
/** The sizes beside each other, for people who move over. */
const SIZES = /\| bytes, brotli.* in one bundle \|.*\n(?:\|.*\n)+/;

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

/** The sizes alone, each beside what it takes the place of. */
function sizesOf(version: string, { title, results }: Line): string {
  const row = (what: string, ours: string, theirs: string): string => {
    const [own, other] = [results[ours]!.median, results[theirs]!.median];
    return `| ${what} | ${number(own, 0)}, ${(own / other).toFixed(2)}× | ${number(other, 0)} |\n`;
  };
  return (
    `| ${title}, in one bundle | ${crashfree} | @sentry/browser ${version} |\n| --- | ---: | ---: |\n` +
    row('sessions and events', withEvents, wholePeer) +
    row('sessions alone', crashfree, reference)
  );
}

/** `table` has every row. */
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
  if (!TABLE.test(before) || !SIZES.test(before)) {
    throw new Error('README.md lacks a table: it has one of figures and one of sizes');
  }
  const sizes = table.find(({ figure }) => figure === 'brotli')!;
  const text = before
    .replace(TABLE, (_, heading: string) => heading + head + lines.join('') + slower.join(''))
    .replace(SIZES, () => sizesOf(about['@sentry/browser'], sizes));
  await writeFile(file, text);
}
