/**
 * Loaded before the tests of the page's layer: has V8 count what runs, and writes for each file of
 * web/src what that means in its lines to the file that COVERAGE_FILE names.
 */
import { writeFileSync } from 'node:fs';
import { Session, type Debugger, type Profiler } from 'node:inspector';
import { SourceMap, type SourceMapPayload } from 'node:module';

/** By line, for one file: how often it ran, and for its branches how many there are and were missed. */
export interface Counted {
  lines: Record<number, boolean>;
  branches: Record<string, boolean>;
}

const session = new Session();
const scripts = new Map<string, Debugger.ScriptParsedEventDataType>();
session.connect();
session.on('Debugger.scriptParsed', ({ params }) => scripts.set(params.scriptId, params));
session.post('Debugger.enable');
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** How often each character of a script ran. */
function countsOf(length: number, functions: Profiler.FunctionCoverage[]): Int32Array {
  const counts = new Int32Array(length);
  const ranges = functions.flatMap((one) => one.ranges);
  /* What is inside stands behind what is around it. */
  ranges.sort(
    (one, other) => one.startOffset - other.startOffset || other.endOffset - one.endOffset,
  );
  for (const { startOffset, endOffset, count } of ranges)
    counts.fill(count, startOffset, endOffset);
  return counts;
}

function add(
  text: string,
  map: SourceMap,
  functions: Profiler.FunctionCoverage[],
  fileOf: (source: string) => string | undefined,
  all: Map<string, Counted>,
): void {
  const counts = countsOf(text.length, functions);
  const starts = new Set(
    functions.flatMap((one) =>
      one.isBlockCoverage ? one.ranges.slice(1).map(({ startOffset }) => startOffset) : [],
    ),
  );
  let [line, column] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    const isCode = /[\w$'"`(]/.test(sign);
    if (isCode || starts.has(at)) {
      const entry = map.findEntry(line, column);
      const file = 'originalSource' in entry ? fileOf(entry.originalSource) : undefined;
      if (file !== undefined && 'originalLine' in entry) {
        const counted = all.get(file) ?? { lines: {}, branches: {} };
        all.set(file, counted);
        const number = entry.originalLine + 1;
        const ran = counts[at]! > 0;
        if (isCode) counted.lines[number] ||= ran;
        if (starts.has(at)) counted.branches[`${number}:${entry.originalColumn}`] ||= ran;
      }
    }
    if (sign === '\n') [line, column] = [line + 1, 0];
    else column++;
  }
}

process.on('exit', () => {
  const all = new Map<string, Counted>();
  session.post('Profiler.takePreciseCoverage', (error, taken) => {
    if (error) throw error;
    for (const { scriptId, url, functions } of taken.result) {
      const [, encoded] = scripts.get(scriptId)?.sourceMapURL?.split('base64,') ?? [];
      if (encoded === undefined) continue;
      const map = JSON.parse(Buffer.from(encoded, 'base64').toString()) as SourceMapPayload;
      const fileOf = (source: string): string | undefined =>
        /(?:^|\/)web\/src\/(.*)$/.exec(source.includes('/') ? source : url)?.[1];
      if (!map.sources.some(fileOf)) continue;
      session.post('Debugger.getScriptSource', { scriptId }, (failure, { scriptSource }) => {
        if (failure) throw failure;
        add(scriptSource, new SourceMap(map), functions, fileOf, all);
      });
    }
  });
  writeFileSync(process.env['COVERAGE_FILE']!, JSON.stringify(Object.fromEntries(all)));
});
