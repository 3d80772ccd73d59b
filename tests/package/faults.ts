import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../browser/engines/index.js';
import type { Counting } from './counting.js';
import type { Served } from './fixture.js';
import {
  faultNames,
  provoke,
  recorder,
  SETTLE_MS,
  type Fault,
  type Outcome,
  type Seen,
} from './provoke.js';

/** An app in which something goes wrong once, on its page `faults`: built beside a stack's own app. */
export interface FaultyApp {
  name: string;
  /** The folder with the built pages. */
  output: string;
  path: string;
  /** What its page is told beside what is to go wrong. */
  flags?: string[];
  /** Its page says when it is stable, and counts how often Angular looks for changes. */
  tellsStable?: boolean;
  /** What is to go wrong, and what becomes of the session with the adapter. */
  faults: Partial<Record<Fault, Outcome>>;
}

const differences = (what: string, expected: string[], got: string[]): string[] =>
  JSON.stringify(expected) === JSON.stringify(got)
    ? []
    : [`${what}: [${got.join('; ')}], not [${expected.join('; ')}]`];

/**
 * Whether Angular takes an app for stable, and looks for changes as often as without a client, while the
 * client sends, and while it tries in vain.
 */
async function visitStable(
  engine: Engine,
  served: Served,
  { name, path }: FaultyApp,
): Promise<string[]> {
  const checksWith = async (flag: string): Promise<number> => {
    const tab = await engine.newPage();
    try {
      await tab.goto(`${served.origin}${path}?${flag}`);
      await tab.waitFor('window.isStable');
      if (flag) await tab.waitFor('window.client.counts.requests > 0');
      await delay(SETTLE_MS);
      return await tab.evaluate<number>('window.checks');
    } finally {
      await tab.close();
    }
  };
  const without = await checksWith('');
  const problems: string[] = [];
  for (const flag of ['client', 'down']) {
    const checks = await checksWith(flag);
    if (checks !== without) {
      problems.push(
        `${name}, ${engine.name}, ${flag}: ${checks} checks for changes, not ${without}`,
      );
    }
  }
  return problems;
}

/** A row for the table of `npm run fixtures`, and what is wrong. */
export interface FaultRow {
  cells: string[];
  problems: string[];
}

/**
 * Lets each fault of an app happen with the client alone, with client and adapter, and with the
 * adapter alone. The adapter may change nothing but what is counted.
 */
export async function visitFaults(
  engine: Engine,
  served: Served,
  app: FaultyApp,
  counting: Counting,
  project: string,
): Promise<FaultRow> {
  served.before = recorder;
  const problems: string[] = [];
  const cells: string[] = [];
  const kept = { console: true, listeners: true, inert: true };
  for (const fault of faultNames) {
    const expected = app.faults[fault];
    if (expected === undefined) {
      cells.push('');
      continue;
    }
    const about = `${app.name}, ${engine.name}, ${fault}`;
    const visit = (flags: string[], sends: boolean, outcome?: Outcome): Promise<Seen> => {
      const query = [`fault=${fault}`, ...flags, ...(app.flags ?? [])].join('&');
      const path = `${app.path}?${query}`;
      return provoke(engine, served, path, fault, counting, sends ? project : undefined, outcome);
    };
    try {
      const without = await visit(['client'], true);
      const counted = await visit(['client', 'adapter'], true, expected);
      const inert = await visit(['adapter'], false);
      cells.push(
        counted.outcome === without.outcome
          ? `${counted.outcome}`
          : `${counted.outcome} (was ${without.outcome})`,
      );
      const found = [
        counted.outcome === expected ? [] : [`${counted.outcome}, not ${expected}`],
        counted.errors === (expected === 'healthy' ? 0 : 1) ? [] : [`${counted.errors} errors`],
        differences('console', without.console, counted.console),
        differences('listeners', without.listeners, counted.listeners),
        differences('console without a client', without.console, inert.console),
        differences('listeners without a client', without.listeners, inert.listeners),
      ];
      kept.console &&= found[2]!.length === 0;
      kept.listeners &&= found[3]!.length === 0;
      kept.inert &&= found[4]!.length + found[5]!.length === 0;
      problems.push(...found.flat().map((problem) => `${about}: ${problem}`));
    } catch (error) {
      cells.push('FAILED');
      problems.push(`${about}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  cells.push(...Object.values(kept).map((yes) => (yes ? 'kept' : 'CHANGED')));
  if (app.tellsStable) {
    const found = await visitStable(engine, served, app);
    cells.push(found.length === 0 ? 'kept' : 'CHANGED');
    problems.push(...found);
  }
  return { cells, problems };
}

export const faultColumns = [
  ...faultNames,
  ...['console', 'listeners', 'without a client', 'changes looked for'],
];
