import type { Case } from './case.js';
import { launch, type EngineName } from './engines/index.js';
import { detectFeatures } from './features.js';
import { Bench } from './harness.js';
import { pool } from './pool.js';
import { runCase, type Result } from './run-case.js';
import type { Subject } from './subjects/index.js';
import { Tabs } from './tabs.js';

export type Column = `${Subject} ${EngineName}`;
/** By name of the case. */
export type Results = Map<string, Map<Column, Result>>;

export interface RunOptions {
  subjects: readonly Subject[];
  engines: readonly EngineName[];
  /** How many cases each engine runs side by side, but for those that need it for themselves. */
  width: number;
  /** How long to wait for what has to come. */
  patienceMs?: number;
  /** Called as each case ends. */
  onResult?(name: string, column: Column, result: Result): void;
}

/** Runs cases in several engines at the same time. */
export async function runAll(cases: readonly Case[], options: RunOptions): Promise<Results> {
  const results: Results = new Map(cases.map(({ name }) => [name, new Map()]));
  const bench = await Bench.start(options.subjects, options.patienceMs);
  const runs = options.subjects.flatMap((subject) => cases.map((test) => ({ subject, test })));
  const runIn = async (name: EngineName): Promise<void> => {
    const engine = await launch(name);
    try {
      const features = await detectFeatures(engine, bench.pages);
      const tabs = new Tabs(engine, bench.blank);
      console.log(`${name}: ${engine.version} ${JSON.stringify(features)}`);
      const run = async ({ subject, test }: (typeof runs)[number]): Promise<void> => {
        const result = await runCase(test, { bench, tabs, features, subject });
        results.get(test.name)!.set(`${subject} ${name}`, result);
        options.onResult?.(test.name, `${subject} ${name}`, result);
      };
      const [alone, together] = [true, false].map((wanted) =>
        runs.filter(({ test }) => (test.alone ?? false) === wanted),
      );
      await pool(alone!, 1, run);
      await pool(together!, options.width, run);
    } finally {
      await engine.close();
    }
  };
  try {
    await Promise.all(options.engines.map(runIn));
  } finally {
    await bench.close();
  }
  return results;
}

/** What went wrong, and what arrived. */
export function explain(column: Column, { problems, trace }: Result): string {
  return [
    ...[...new Set(problems)].map((problem) => `    ${column}: ${problem}`),
    ...trace.map((line) => `        ${line}`),
  ].join('\n');
}
