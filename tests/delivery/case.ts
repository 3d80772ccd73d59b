import assert from 'node:assert/strict';
import type { Features } from '../browser/features.js';
import type { Site } from './site.js';

export interface Case {
  name: string;
  run(site: Site, features: Features, again: () => Promise<Site>): Promise<void>;
  /** Whether it needs the browser for itself, as few pages have room in the back/forward cache. */
  alone?: boolean;
  /** Whether it kills processes, which may take other pages of the browser along. */
  kills?: boolean;
}

export interface Numbers {
  all: number;
  errored?: number;
  crashed?: number;
  abnormal?: number;
}

/** Checks what is counted once nothing arrives any more, and that nothing is doubled. */
export async function expectNumbers(site: Site, wanted: Numbers, calmMs?: number): Promise<void> {
  const counts = Object.entries(wanted) as [keyof Numbers, number][];
  await site.when(JSON.stringify(wanted), () => {
    const metrics = site.metrics();
    return counts.every(([name, count]) => metrics[name] >= count);
  });
  await site.calm(calmMs);
  const { all, errored, crashed, abnormal } = site.metrics();
  assert.deepEqual(
    { all, errored, crashed, abnormal, wrongs: site.wrongs() },
    { errored: 0, crashed: 0, abnormal: 0, ...wanted, wrongs: [] },
  );
}
