import type { Case } from '../case.js';
import type { Scene } from '../harness.js';
import { builtInWorlds } from '../worlds/built-ins.js';

/** `data-events` on pages that have replaced what the events need. */
const area = 'worlds';
const fail = `setTimeout(() => { throw new Error('boom'); });
  setTimeout(() => { throw new TypeError('boom'); }, 300);`;

/** What the page's own handlers saw beside its own errors. */
const surprises = `<script>window.surprises = [];
  addEventListener('error', ({ message }) => message.includes('boom') || surprises.push(message));
  addEventListener('unhandledrejection', ({ reason }) => surprises.push(String(reason)));</script>`;

const idsOf = (s: Scene): string[] =>
  s
    .allRequests()
    .filter(({ items, status }) => status === 200 && items.some(({ type }) => type === 'event'))
    .map(({ envelope }) => (envelope as { event_id: string }).event_id);

function withEvents(name: string, head: string): Case {
  return {
    name: `with events: ${name}`,
    area,
    page: {
      head: surprises + head,
      library: (site) => `<script src="${site.script}" ${site.data} data-events></script>`,
    },
    async steps(s) {
      await s.run(fail);
      await s.bench.when(
        () => `2 events, got ${idsOf(s).length}`,
        () => idsOf(s).length === 2,
      );
    },
    expect: { all: 1, crashed: 1 },
    async also(s) {
      const ids = idsOf(s);
      s.check(new Set(ids).size === ids.length, 'two events have one id');
      // A number, as a page may have things of its own in the place of what writes lists and texts.
      const met = await s.page.evaluate<number>('surprises.length');
      s.check(met === 0, `the page met ${met} errors that are not its own`);
    },
  };
}

const WORLDS = [
  'scripts that declare names of the platform',
  'performance that is the page’s own',
  'Prototype.js',
  'toISOString of local time',
  'toISOString that throws',
  'TextEncoder without encodeInto',
  'Object.prototype with options of requests on it',
];

const headOf = (name: string): string => {
  const world = builtInWorlds.find((one) => one.name === name);
  if (!world) throw new Error(`there is no world called ${name}`);
  return world.head ?? '';
};

export const withEventsCases: Case[] = [
  ...WORLDS.map((name) => withEvents(name, headOf(name))),
  withEvents(
    'an Array.from like that of MooTools',
    `<script>Array.from = (item) => typeof item === 'object' ? [].slice.call(item) : [item];</script>`,
  ),
];
