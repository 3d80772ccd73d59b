/**
 * `npm run profile`: where the processor time of a start, and of ten navigations, goes. It prints it by
 * part: what the browser does, and by module of web/src what our own code does, with the busiest
 * functions. Options: `--rounds N` (5), `--throttle 4`, and `--trace FOLDER` (build/profile) for the
 * traces, which the performance panel of DevTools opens.
 *
 * A sampling profiler sees what runs every 50 µs, so small parts need several rounds; it also makes
 * everything somewhat slower, so the shares are the message and `npm run bench` has the times.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../web/build/run.js';
import { call, Chromium, type Visit } from './chromium.js';
import { crashfree, loadSubjects, type Subject } from './subjects/index.js';

interface TraceEvent {
  name: string;
  cat: string;
  ph: string;
  pid: number;
  tid: number;
  tdur?: number;
  tts?: number;
  args: {
    name?: string;
    data?: {
      cpuProfile?: {
        nodes?: { id: number; parent?: number; callFrame: CallFrame }[];
        samples?: number[];
      };
      timeDeltas?: number[];
    };
  };
}

interface CallFrame {
  functionName: string;
  url?: string;
  lineNumber?: number;
  columnNumber?: number;
}

/** Microseconds by part and by function. */
interface Spent {
  parts: Map<string, number>;
  functions: Map<string, number>;
  /** What the browser calls the tasks in which it was spent, by the trace's own spans. */
  spans: Map<string, number>;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    throttle: { type: 'string', default: '1' },
    trace: { type: 'string', default: 'build/profile' },
  },
});
const categories = [
  'blink.user_timing',
  'devtools.timeline',
  'v8',
  'v8.wasm',
  'disabled-by-default-v8.compile',
  'disabled-by-default-v8.cpu_profiler',
];
/** What the page writes into its trace, by which it is found there. */
const MARK = 'crashfree-bench';
const spansShown =
  /^(EvaluateScript|FunctionCall|V8\.(?!CollectSource)|v8\.|wasm\.|M(in|aj)orGC|RunMicrotasks|FireIdleCallback|TimerFire|EventDispatch)/;

const map = new SourceMap(
  JSON.parse(await readFile(join(root, 'dist/crashfree.min.js.map'), 'utf8')) as never,
);

/** The column at which the script begins in the first line of the page's, which has a comment before. */
let offset = 0;

/** The module and the name of a function of the script. */
function placeOf({ functionName, url, lineNumber, columnNumber }: CallFrame): [string, string] {
  if (functionName.startsWith('(')) return [functionName, functionName];
  if (url?.startsWith('wasm:')) return ['the module', functionName || 'wasm'];
  if (lineNumber === undefined || columnNumber === undefined || columnNumber < 0) {
    return ['functions of the browser', functionName];
  }
  const entry = map.findEntry(lineNumber, Math.max(0, columnNumber - (lineNumber ? 0 : offset)));
  const source = (entry as { originalSource?: string }).originalSource;
  if (!source) return ['the page', functionName || '(anonymous)'];
  const file = source.replace(/^.*(web\/src\/|crashfree:)/, '$1');
  const line = (entry as { originalLine: number }).originalLine + 1;
  return [file, `${functionName || '(anonymous)'} ${file}:${line}`];
}

function add(to: Map<string, number>, name: string, microseconds: number): void {
  to.set(name, (to.get(name) ?? 0) + microseconds);
}

/** Adds up the samples of the page's main thread. */
function read(events: TraceEvent[], spent: Spent): void {
  const nodes = new Map<number, CallFrame & { parent?: number }>();
  // The browser's own pages are in the trace, too.
  const page = events.find(({ name }) => name === MARK)!;
  const chunks = events.filter(({ name, pid }) => name === 'ProfileChunk' && pid === page.pid);
  for (const { args } of chunks) {
    for (const { id, parent, callFrame } of args.data?.cpuProfile?.nodes ?? []) {
      nodes.set(id, { ...callFrame, ...(parent !== undefined && { parent }) });
    }
  }
  for (const { args } of chunks) {
    const deltas = args.data?.timeDeltas ?? [];
    for (const [index, id] of (args.data?.cpuProfile?.samples ?? []).entries()) {
      const frame = nodes.get(id);
      if (!frame || /^\((idle|root)\)$/.test(frame.functionName)) continue;
      const [part, name] = placeOf(frame);
      // Another task can have had the processor: a sample stands for a short time at most.
      const delta = Math.min(Math.max(deltas[index] ?? 0, 0), 200);
      add(spent.parts, part, delta);
      add(spent.functions, name, delta);
    }
  }
  for (const { name, ph, tid, tdur, ...event } of events) {
    const isMain = event.pid === page.pid && tid === page.tid;
    if (isMain && ph === 'X' && tdur && spansShown.test(name)) add(spent.spans, name, tdur);
  }
}

/** Records while something is done, and keeps the trace in a file. */
async function traced(
  { page, cdp }: Visit,
  file: string,
  action: () => Promise<unknown>,
): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  const collect = ({ value }: { value: unknown[] }) => void events.push(...(value as TraceEvent[]));
  cdp.on('Tracing.dataCollected', collect);
  await cdp.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: categories },
  });
  await page.evaluate(`performance.mark('${MARK}')`);
  await action();
  const complete = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve));
  await cdp.send('Tracing.end');
  await complete;
  cdp.off('Tracing.dataCollected', collect);
  await mkdir(join(root, values.trace), { recursive: true });
  await writeFile(join(root, values.trace, file), JSON.stringify({ traceEvents: events }));
  return events;
}

function print(title: string, spent: Spent, rounds: number): void {
  const list = (by: Map<string, number>, most: number) =>
    [...by]
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .forEach(([name, time]) =>
        console.log(`${(time / rounds / 1000).toFixed(3).padStart(9)}  ${name}`),
      );
  console.log(`\n${title}, by part [ms, the mean of ${rounds}]`);
  list(spent.parts, 40);
  console.log('  by function');
  list(spent.functions, 25);
  console.log('  as the browser calls it, what is within another counted twice');
  list(spent.spans, 20);
}

const emptied = (): Spent => ({ parts: new Map(), functions: new Map(), spans: new Map() });
const subjects: Subject[] = (await loadSubjects()).filter(({ name }) => name === crashfree);
const subject = subjects[0]!;
const rounds = Number(values.rounds);
const chromium = await Chromium.launch(subjects, Number(values.throttle));
const inTask = emptied();
const until = emptied();
const navigations = emptied();
try {
  for (let round = 0; round < rounds; round++) {
    await chromium.visit('/loading', async (visit) => {
      const { page, release } = visit;
      await chromium.prepare(page, subject, 0);
      offset = (await page.evaluate('bench.offset()')) as number;
      read(await traced(visit, 'start.json', () => call(page, 'start')), inTask);
      const rest = async () => {
        release();
        await call(page, 'started');
      };
      read(await traced(visit, 'first-session.json', rest), until);
    });
    await chromium.visit('/steady', async (visit) => {
      const { page } = visit;
      offset = 0;
      await chromium.settle(page, subject, false);
      await call(page, 'visit', 50);
      read(await traced(visit, 'navigations.json', () => call(page, 'visit', 10)), navigations);
    });
  }
} finally {
  await chromium.close();
}
print('start, the script’s own task', inTask, rounds);
print('from there until the first session is sent', until, rounds);
print('ten navigations', navigations, rounds);
console.log(`\nthe last round's traces are in ${values.trace}`);
