/**
 * `npm run bench`: what crashfree.min.js costs a page, beside @sentry/browser and a hand-written
 * floor, measured in one run in Chromium. Options: `--rounds N`, `--quick`, `--json FILE`.
 *
 * The subjects take turns, each look is at a new tab with a process and a cache of its own, and
 * what a page without any of them shows is taken off. Nothing is asserted: machines differ.
 *
 * Start is timed around the insertion of an inline script, which compiles, runs and starts it in
 * one piece, with a text that no cache knows; the processor time of the main thread is from the
 * DevTools protocol, and has in it what was put off and what a busy machine does not add to.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../web/build/run.js';
import { Chromium, type Figures } from './chromium.js';
import { control, loadSubjects, reference, weigh } from './subjects/index.js';

interface Row {
  /** Name in the figures. */
  figure: string;
  title: string;
  digits: number;
  /** Whether the page alone has some of it, which is taken off. */
  net?: boolean;
}

const rows: Row[] = [
  { figure: 'raw', title: 'bytes', digits: 0 },
  { figure: 'gzip', title: 'bytes, gzip -9', digits: 0 },
  { figure: 'brotli', title: 'bytes, brotli -q 11', digits: 0 },
  { figure: 'start', title: 'compile, evaluate and start [ms]', digits: 2, net: true },
  { figure: 'start, CPU', title: 'the same, processor time [ms]', digits: 2, net: true },
  {
    figure: 'first session, CPU',
    title: 'until the first session is sent, processor time [ms]',
    digits: 2,
    net: true,
  },
  { figure: 'first', title: 'navigation start to first session request [ms]', digits: 0 },
  { figure: 'navigation, api', title: 'pushState, Navigation API [µs]', digits: 1, net: true },
  { figure: 'navigation, wrap', title: 'pushState, wrapped [µs]', digits: 1, net: true },
  {
    figure: 'navigation in all, api',
    title: 'navigation with what it puts off, Navigation API [µs]',
    digits: 1,
    net: true,
  },
  {
    figure: 'navigation in all, wrap',
    title: 'navigation with what it puts off, wrapped [µs]',
    digits: 1,
    net: true,
  },
  { figure: 'error', title: 'captureException, first of a session [µs]', digits: 1, net: true },
  { figure: 'error in all', title: 'the same with what it puts off [µs]', digits: 1, net: true },
  { figure: 'requests', title: 'requests per navigation', digits: 1 },
  { figure: 'bytes', title: 'body bytes per navigation', digits: 0 },
  { figure: 'heap', title: 'JavaScript heap after start [KiB]', digits: 0, net: true },
  { figure: 'buffers', title: 'script text and buffers [KiB]', digits: 0, net: true },
  { figure: 'memory', title: 'WebAssembly memory [KiB]', digits: 0 },
];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 3 : 12));
const batches = values.quick ? 3 : 9;

function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at % 1);
}

async function versionOf(name: string): Promise<string> {
  const file = join(root, name === 'crashfree' ? '' : `node_modules/${name}`, 'package.json');
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
}

const subjects = await loadSubjects();
const chromium = await Chromium.launch(subjects);
/** By subject and figure: what each round saw. */
const seen = new Map(subjects.map(({ name }) => [name, new Map<string, number[]>()]));
const note = (name: string, figures: Figures): void => {
  const ofSubject = seen.get(name)!;
  for (const [figure, value] of Object.entries(figures)) {
    ofSubject.set(figure, [...(ofSubject.get(figure) ?? []), value]);
  }
};

try {
  for (let round = 0; round < rounds; round++) {
    if (process.stderr.isTTY) process.stderr.write(`\rround ${round + 1} of ${rounds} `);
    for (const [index, subject] of subjects.entries()) {
      note(subject.name, await chromium.start(subject, index));
      note(subject.name, await chromium.first(subject, index));
      note(subject.name, await chromium.steady(subject, 'api', batches));
      note(subject.name, await chromium.steady(subject, 'wrap', batches));
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r');
} finally {
  await chromium.close();
}
for (const { name, script } of subjects) note(name, { ...weigh(script) });

interface Result {
  median: number;
  low: number;
  high: number;
  ratio: number;
}

function resultOf(name: string, { figure, net }: Row): Result | undefined {
  const looks = seen.get(name)!.get(figure);
  if (!looks) return undefined;
  const own = net
    ? quantile(
        [...seen.get(control)!.get(figure)!].sort((a, b) => a - b),
        0.5,
      )
    : 0;
  const sorted = looks.map((value) => value - own).sort((a, b) => a - b);
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
  const compared =
    name === reference ? median! : resultOf(reference, { figure, net } as Row)!.median;
  return { median: median!, low: low!, high: high!, ratio: median! / compared };
}

const columns = subjects.map(({ name }) => name).filter((name) => name !== control);
const table = rows.map((row) => ({
  ...row,
  results: Object.fromEntries(columns.map((name) => [name, resultOf(name, row)!])),
}));
const about = {
  date: new Date().toISOString(),
  crashfree: await versionOf('crashfree'),
  '@sentry/browser': await versionOf('@sentry/browser'),
  chromium: chromium.version,
  node: process.version,
  cpu: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
  rounds,
};

const cell = ({ median, low, high, ratio }: Result, digits: number, name: string): string => {
  const spread = low === high ? '' : ` (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
  const compared = name === reference || !Number.isFinite(ratio) ? '' : `, ${ratio.toFixed(2)}×`;
  return `${median.toFixed(digits)}${spread}${compared}`;
};
console.log(
  `crashfree ${about.crashfree} beside @sentry/browser ${about['@sentry/browser']}; ` +
    `${about.chromium}, Node.js ${about.node}, ${about.cpu}, ${about.date.slice(0, 10)}, ` +
    `${rounds} rounds. Medians with the middle half of the rounds; × is to "${reference}".\n`,
);
console.log(`| | ${columns.join(' | ')} |`);
console.log(`|---|${columns.map(() => '---:|').join('')}`);
for (const { title, digits, results } of table) {
  const cells = columns.map((name) => cell(results[name]!, digits, name));
  console.log(`| ${title} | ${cells.join(' | ')} |`);
}
if (values.json) await writeFile(values.json, `${JSON.stringify({ about, table }, null, 2)}\n`);
