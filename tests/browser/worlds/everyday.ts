import type { Case, Expected } from '../case.js';
import type { Scene } from '../harness.js';
import type { PageSpec } from '../pages.js';
import { pageOf, type World } from './world.js';

export type EverydayName =
  | 'load'
  | 'navigation'
  | 'hash route'
  | 'way back'
  | 'crash'
  | 'rejection'
  | 'capture'
  | 'user'
  | 'crash of the second route'
  | 'leave'
  | 'prerender'
  | 'restore';

export interface Steps {
  /** The object with the functions of the library. */
  api: string;
  /** Waits until so many sessions are counted, where the world lets them come before the end. */
  counted(sessions: number): Promise<void>;
}

/** What happens on every page of every site, every day. */
export interface Everyday {
  name: EverydayName;
  /** Whether each run takes it in every world; the others take turns. */
  always?: boolean;
  pages?(world: World): Record<string, PageSpec>;
  /** Opens the pages, where it is not the page of the world that comes first. */
  opens?(scene: Scene, world: World): Promise<void>;
  steps?(scene: Scene, steps: Steps): Promise<void>;
  expect: Expected;
  also?(scene: Scene): void;
  alone?: Case['alone'];
}

const push = `history.pushState(null, '', 'next')`;
const after = (script: string) => (s: Scene) => s.run(script);

export const everyday: Everyday[] = [
  { name: 'load', expect: { all: 1 } },
  { name: 'navigation', always: true, steps: after(push), expect: { all: 2 } },
  { name: 'hash route', steps: after(`location.hash = '#/next'`), expect: { all: 2 } },
  {
    name: 'way back',
    async steps(s, { counted }) {
      await s.run(push);
      await counted(2);
      // Some engines refuse a route to a page without an origin; there is no way back then.
      if (await s.page.evaluate(`location.pathname.endsWith('/next')`)) await s.page.back();
    },
    expect: { all: 3 },
  },
  {
    name: 'crash',
    always: true,
    steps: after(`throw new Error('boom')`),
    expect: { all: 1, crashed: 1 },
  },
  {
    name: 'rejection',
    steps: after(`Promise.reject(new Error('boom'))`),
    expect: { all: 1, crashed: 1 },
  },
  {
    name: 'capture',
    steps: (s, { api }) => s.run(`${api}.captureException(new Error('caught'))`),
    expect: { all: 1, errored: 1 },
  },
  {
    name: 'user',
    steps: (s, { api }) => s.run(`${api}.setUser({ id: 'u1' })`),
    expect: { all: 1, users: { all: 1 } },
  },
  {
    name: 'crash of the second route',
    async steps(s, { counted }) {
      await s.run(push);
      await counted(2);
      await s.run(`throw new Error('boom')`);
    },
    expect: { all: 2, crashed: 1 },
    also(s) {
      const crashed = s.items().find(({ status }) => status === 'crashed');
      const others = s.items().filter(({ sid }) => sid !== crashed?.sid);
      s.check(
        others.every(({ started }) => started <= String(crashed?.started)),
        'the crash is booked on the first route',
      );
    },
  },
  {
    name: 'leave',
    steps: (s) => s.page.leave(`location.href = '/blank'`),
    expect: { all: 1 },
  },
  {
    name: 'prerender',
    pages: (world) => ({
      from: {
        load: 'none',
        body: `<a id="link" href="target">target</a><script type="speculationrules">
          {"prerender": [{"source": "list", "urls": ["target"], "eagerness": "immediate"}]}
        </script>`,
      },
      target: pageOf(world),
    }),
    async opens(s, world) {
      // Activation puts another page into the tab, and puppeteer can no longer close that.
      s.abandonTab();
      await s.page.goto(s.url('from'));
      if (s.features.prerender && !world.neverPrerendered) {
        await s.hit('target');
        // Longer than a page that is shown takes to send.
        await s.quiet(700);
      }
      await s.page.click('#link');
    },
    expect: { all: 1 },
  },
  {
    name: 'restore',
    alone: true,
    async steps(s) {
      await s.page.goto(s.blank);
      await s.page.back();
    },
    expect: { all: 2 },
  },
];
