/** What is fuzzed, and how. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../web/build/run.js';

const corpora = join(root, 'tests/fuzz/corpus');
export const built = join(root, 'build/fuzz');

/** Enough for any text that is read, and for calls one after the other, each of which takes few bytes. */
const LONG_TEXT = 2048;
const MANY_CALLS = 512;

/** How long inputs get, and the share of a long run in millions: what is slow has less, but no less time. */
const targets: Record<string, { bytesMax: number; millions: number }> = {
  aggregate: { bytesMax: MANY_CALLS, millions: 10 },
  calls: { bytesMax: MANY_CALLS, millions: 4 },
  dsn: { bytesMax: LONG_TEXT, millions: 20 },
  events: { bytesMax: MANY_CALLS, millions: 20 },
  limits: { bytesMax: LONG_TEXT, millions: 20 },
  module: { bytesMax: MANY_CALLS, millions: 8 },
  restore: { bytesMax: LONG_TEXT, millions: 8 },
  texts: { bytesMax: LONG_TEXT, millions: 10 },
};

export interface Target {
  name: string;
  program: string;
  bytesMax: number;
  millions: number;
}

/** Every target that the repository holds inputs of. */
export async function fuzzTargets(): Promise<Target[]> {
  return (await readdir(corpora)).sort().map((name) => {
    const target = targets[name];
    if (!target) throw new Error(`tests/fuzz/targets.ts says nothing about ${name}`);
    return { name, program: join(built, 'tests/fuzz', `fuzz_${name}`), ...target };
  });
}

/** The arguments for one run, which writes what it learns to `corpus`. */
export function fuzzArguments(target: Target, corpus: string, ...more: string[]): string[] {
  return [
    ...more,
    `-max_len=${target.bytesMax}`,
    '-timeout=60',
    '-rss_limit_mb=1024',
    `-artifact_prefix=${join(built, 'found', target.name)}-`,
    corpus,
    join(corpora, target.name),
  ];
}
