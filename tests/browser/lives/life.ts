import fc from 'fast-check';
import type { Case } from '../case.js';
import type { Scene } from '../harness.js';
import type { PageSpec } from '../pages.js';
import { noNavigationApi, wrapHistory } from '../worlds/navigation.js';
import { script } from '../worlds/world.js';
import { action } from './actions.js';
import { Truth } from './truth.js';

/** Places of the app, none of those where another document is, and no reload, as routers do. */
const intercepted = script(`window.navigation?.addEventListener('navigate', (event) => {
    if (event.navigationType === 'reload') return;
    if (event.canIntercept && /\\/[ab]\\/?(\\?|$)/.test(event.destination.url)) {
      event.intercept({ async handler() {} });
    }
  })`);
const withoutApi = script(noNavigationApi);

const pages: Record<string, PageSpec> = {
  plain: {},
  deferred: { load: 'defer' },
  asynchronous: { load: 'async' },
  'a module': { load: 'module' },
  'stored in local storage': { options: `{ storage: 'local' }` },
  'no Navigation API': { head: withoutApi },
  'no Navigation API, a module': { head: withoutApi, load: 'module' },
  'the history wrapped before': { head: script(noNavigationApi + wrapHistory) },
  'the history wrapped after': { head: withoutApi, body: script(wrapHistory) },
  'a router that intercepts': { head: intercepted },
  'never idle': { head: script('window.requestIdleCallback = () => 0') },
  'a handler of the window': { head: script('window.onerror = () => {}') },
};

const life = fc.record({
  page: fc.constantFrom(...Object.keys(pages)),
  start: fc.constantFrom('counted', 'counted', 'loaded'),
  actions: fc.array(action, { minLength: 20, maxLength: 20 }),
});

const ready = `(window.crashfreeModule ?? window.crashfree)?.setUser`;

/** A page on which things happen in an order that nobody thought of; always the same for a seed. */
export function lifeOf(seed: number): { test: Case; story: string[] } {
  const { page, start, actions } = fc.sample(life, { seed, numRuns: 1 })[0]!;
  /* Each engine lives it on its own. */
  const truths = new WeakMap<Scene, Truth>();
  const test: Case = {
    name: `life ${seed} (${page})`,
    area: 'worlds',
    page: pages[page]!,
    start,
    async steps(scene) {
      const truth = new Truth();
      truths.set(scene, truth);
      truth.loaded();
      await scene.page.waitFor(ready);
      for (const { happen } of actions) await happen(scene, truth);
    },
    expect: (scene) => truths.get(scene)!.expected,
    /* Another life in this tab could go back to it, which would be a visit. */
    also: (scene) => scene.closePage(),
  };
  return { test, story: actions.map(({ name }) => name) };
}
