/**
 * `npm run bench`: what crashfree.min.js costs a page, beside @sentry/browser and a hand-written
 * floor, measured in one run in Chromium. Options: `--rounds N` (12), `--quick` for a first look,
 * `--throttle 4` for a second table with the processor slowed to a quarter, `--only start` for the
 * figures whose name has that text in it, `--beside FILE` for another build of crashfree.min.js as a
 * column of its own, `--pair` without the columns that README's table of figures does not have,
 * `--json FILE`, and `--readme`, which writes the tables of README.
 *
 * The subjects take turns, each look is at a new tab with a process and a cache of its own, and
 * what a page without any of them shows is taken off. Processor time is that of the main thread, from
 * the DevTools protocol: it has in it what was put off, and what a busy machine does not add to. A
 * line for each missed bound follows; the exit code does not tell, as machines differ.
 *
 * Start is measured around the insertion of an inline script, which compiles, runs and starts it in
 * one piece, with a text that no cache knows, while the page is still loading.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../web/build/run.js';
import { Chromium } from './chromium.js';
import { writeReadme } from './readme.js';
import { rows } from './rows.js';
import {
  resultOf,
  type About,
  type Figures,
  type Line,
  type Result,
  type Rounds,
} from './statistics.js';
import {
  beside,
  control,
  crashfree,
  floor,
  loadSubjects,
  reference,
  weigh,
  wholePeer,
  withEvents,
} from './subjects/index.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    throttle: { type: 'string' },
    beside: { type: 'string' },
    pair: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    readme: { type: 'boolean', default: false },
  },
});
if (values.readme && (values.only || values.pair)) {
  throw new Error('README.md has all figures and columns: use --readme without --only and --pair');
}
/** Bytes with events, as a share of those of @sentry/browser's own init, which has both as well. */
const EVENTS_BOUND = 0.45;
const rounds = Number(values.rounds ?? (values.quick ? 3 : 12));
/** A thousand navigations: engines compile what runs often for the first few hundred. */
const batches = values.quick ? 2 : 10;
const size = 100;
const wanted = rows.filter(({ figure }) => figure.includes(values.only));
const wants = (...figures: string[]) => wanted.some(({ figure }) => figures.includes(figure));

const subjects = (await loadSubjects(values.beside)).filter(
  ({ name }) => !values.pair || [crashfree, beside, reference, floor, control].includes(name),
);
const columns = subjects.map(({ name }) => name).filter((name) => name !== control);

async function versionOf(name: string): Promise<string> {
  const file = join(root, name === crashfree ? '' : `node_modules/${name}`, 'package.json');
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
}

/** One look at one subject. */
async function look(chromium: Chromium, index: number): Promise<Figures> {
  const subject = subjects[index]!;
  const figures: Figures = { ...weigh(subject.script) };
  if (wants('start', 'first session', 'memory')) {
    Object.assign(figures, await chromium.start(subject, index));
  }
  if (wants('first request')) Object.assign(figures, await chromium.first(subject, index));
  if (wants('navigation, api', 'pushState, api', 'error', 'captureException', 'requests')) {
    Object.assign(figures, await chromium.steady(subject, 'api', batches, size));
  }
  if (wants('navigation, wrap', 'pushState, wrap')) {
    Object.assign(figures, await chromium.steady(subject, 'wrap', batches, size));
  }
  return figures;
}

/** All rounds, with the processor so many times slower. */
async function measure(throttle: number): Promise<{ table: Line[]; version: string }> {
  const seen: Rounds = new Map(subjects.map(({ name }) => [name, []]));
  const chromium = await Chromium.launch(subjects, throttle);
  try {
    for (let round = 0; round < rounds; round++) {
      if (process.stderr.isTTY) process.stderr.write(`\rround ${round + 1} of ${rounds} `);
      for (const [index, { name }] of subjects.entries()) {
        seen.get(name)!.push(await look(chromium, index));
      }
    }
    if (process.stderr.isTTY) process.stderr.write('\r');
  } finally {
    await chromium.close();
  }
  const table = wanted
    .filter(({ timed }) => throttle === 1 || timed)
    .map((row) => ({
      ...row,
      results: Object.fromEntries(columns.map((name) => [name, resultOf(seen, name, row)])),
    }));
  return { table, version: chromium.version };
}

function cell(name: string, digits: number, { low, median, high, ratio }: Result): string {
  const spread = low === high ? '' : ` (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
  if (name === reference || !Number.isFinite(ratio.median)) return median.toFixed(digits) + spread;
  const compared =
    ratio.low === ratio.high ? '' : ` (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`;
  return `${median.toFixed(digits)}${spread}, ${ratio.median.toFixed(2)}×${compared}`;
}

function print(table: Line[]): void {
  console.log(`| | bound | aim | ${columns.join(' | ')} |`);
  console.log(`|---|---:|---:|${columns.map(() => '---:|').join('')}`);
  const multiple = (value?: number) => (value === undefined ? '' : `${value}×`);
  for (const { title, digits, bound, aim, results } of table) {
    const cells = columns.map((name) => cell(name, digits, results[name]!));
    console.log(`| ${title} | ${multiple(bound)} | ${multiple(aim)} | ${cells.join(' | ')} |`);
  }
  for (const { title, bound, aim, results } of table) {
    const { median } = results[crashfree]!.ratio;
    const text = `${title}: ${median.toFixed(2)}×`;
    if (bound !== undefined && median > bound) console.log(`\nmissed: ${text}, bound ${bound}×`);
    else if (aim !== undefined && median > aim) console.log(`\nnot yet: ${text}, aim ${aim}×`);
  }
  const [bytes] = table.filter(({ figure }) => figure === 'brotli');
  if (!bytes?.results[withEvents]) return;
  const share = bytes.results[withEvents]!.median / bytes.results[wholePeer]!.median;
  const text = `${withEvents}, bytes: ${share.toFixed(2)}× ${wholePeer}`;
  if (share > EVENTS_BOUND) console.log(`\nmissed: ${text}, bound ${EVENTS_BOUND}×`);
}

const { table, version } = await measure(1);
const about: About = {
  date: new Date().toISOString(),
  crashfree: await versionOf(crashfree),
  '@sentry/browser': await versionOf('@sentry/browser'),
  chromium: version,
  node: process.version,
  cpu: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
  rounds,
};
console.log(
  `crashfree ${about.crashfree} beside @sentry/browser ${about['@sentry/browser']}; ` +
    `${about.chromium}, Node.js ${about.node}, ${about.cpu}, ${about.date.slice(0, 10)}, ` +
    `${rounds} rounds. Medians with the middle half of the rounds; × is to "${reference}".\n`,
);
print(table);

const throttle = Number(values.throttle ?? 1);
const slow = throttle > 1 ? (await measure(throttle)).table : undefined;
if (slow) {
  console.log(`\nWith the processor ${throttle} times slower:\n`);
  print(slow);
}
if (values.json) {
  await writeFile(
    values.json,
    `${JSON.stringify({ about, table, ...(slow && { throttle, slow }) }, null, 2)}\n`,
  );
}
if (values.readme) await writeReadme(about, table, slow && { throttle, table: slow });
