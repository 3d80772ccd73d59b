import { setTimeout as delay } from 'node:timers/promises';
import { until, type Engine } from '../browser/engines/index.js';
import type { Counting } from './counting.js';
import type { Served } from './fixture.js';

export type Outcome = 'crashed' | 'errored' | 'healthy';

export const faultNames = [
  'render',
  'event',
  'effect',
  'rejection',
  'cancelled',
  'caught',
  'load',
  'hydration',
] as const;
export type Fault = (typeof faultNames)[number];

/** What was seen of one fault. */
export interface Seen {
  outcome: Outcome | undefined;
  /** The session's number of errors. */
  errors: number;
  /** What reached the console, and the page's own listeners at the window. */
  console: string[];
  listeners: string[];
}

/**
 * Writes down what errors do to the page, and tells the site of it: WebKit answers no question about a page
 * whose promises zone.js has brought down. React and Vue add warnings of their own in development.
 */
export const recorder = `
const seen = { console: [], listeners: [] };
const tell = (list, what) => {
  list.push(what);
  new Image().src = '/seen/' + encodeURIComponent(JSON.stringify(seen));
};
const text = (value) => String(value?.message ?? value).split('\\n')[0];
const { error } = console;
console.error = function (...all) {
  tell(seen.console, text(all.find((one) => one instanceof Error) ?? all[0]));
  return error.apply(this, all);
};
/* Once all listeners had their turn; what is not prevented is on the console, too. */
const keep = (event, what) => setTimeout(() => {
  const prevented = event.defaultPrevented ? ', prevented' : '';
  tell(seen.listeners, event.type + ' ' + text(what) + prevented);
});
window.listen = () => {
  addEventListener('error', (event) => keep(event, event.error ?? event.message));
  addEventListener('unhandledrejection', (event) => keep(event, event.reason));
};
listen();`;

/** What the page told the site since so many of its requests. */
function toldSince(served: Served, hits: number): Pick<Seen, 'console' | 'listeners'> | undefined {
  const last = served.hits
    .slice(hits)
    .filter((path) => path.startsWith('/seen/'))
    .at(-1);
  return last === undefined
    ? undefined
    : (JSON.parse(decodeURIComponent(last.slice('/seen/'.length))) as Seen);
}

/** How long a page may still do something about an error once the first of it was seen. */
export const SETTLE_MS = 300;

/** Opens the page of an app, lets a fault happen, and says what was seen of it. */
export async function provoke(
  engine: Engine,
  served: Served,
  path: string,
  fault: Fault,
  counting: Counting,
  project: string | undefined,
  expected: Outcome | undefined,
): Promise<Seen> {
  if (project) counting.reset(project);
  const hits = served.hits.length;
  const tab = await engine.newPage();
  try {
    await tab.goto(served.origin + path);
    if (fault !== 'hydration') {
      await tab.waitFor(`document.querySelector('#go')`);
      await tab.click('#go');
    }
    /* What was recovered from shows on the page, and may show nowhere else. */
    if (fault === 'caught' || fault === 'hydration') {
      await tab.waitFor(`document.querySelector('#failed')`);
    } else {
      await until(`${fault} is seen`, () => Promise.resolve(toldSince(served, hits)));
    }
    await delay(SETTLE_MS);
    if (project) {
      await counting.until(
        project,
        `${fault}, ${expected ?? 'without the adapter'}`,
        ({ all, crashed, errored }) =>
          all >= 1 &&
          (expected !== 'crashed' || crashed >= 1) &&
          (expected !== 'errored' || errored >= 1),
      );
      await counting.calm(project, SETTLE_MS);
    }
    const { console, listeners } = toldSince(served, hits) ?? { console: [], listeners: [] };
    return {
      outcome: project ? outcomeOf(counting, project) : undefined,
      errors: project ? Math.max(...counting.errors(project)) : 0,
      console: console.sort(),
      listeners: listeners.sort(),
    };
  } finally {
    await tab.close();
  }
}

function outcomeOf(counting: Counting, project: string): Outcome {
  const { crashed, errored } = counting.metrics(project);
  if (crashed > 0) return 'crashed';
  return errored > 0 ? 'errored' : 'healthy';
}
