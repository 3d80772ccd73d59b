import fc from 'fast-check';
import type { Scene } from '../harness.js';
import { handledLate } from '../pages.js';
import type { Truth } from './truth.js';

/** Something that happens on a page, and what it means. */
export interface Action {
  name: string;
  happen(scene: Scene, truth: Truth): Promise<void>;
}

/** Which document is shown, and where it says that it is. */
interface Place {
  document: string;
  address: string;
}

const placeOf = ({ page }: Scene): Promise<Place> =>
  page.evaluate(`({ document: (window.token ??= crypto.randomUUID()), address: location.href })`);

const PATHS = ['a', 'b', 'b/', 'a/b/c', 'ü?ß=1', 'a?x=1', 'a?x=2', '?x=1', 'a#top'];
const FRAGMENTS = ['#end', '#/r1', '#/r2', '#/r1?q=1'];
const path = fc.constantFrom(...PATHS, ...FRAGMENTS);
const fragment = fc.constantFrom(...FRAGMENTS);
/** The functions of the library, however it was loaded. */
const library = '(window.crashfreeModule ?? crashfree)';
const quoted = JSON.stringify;

/**
 * A script within a document. It has happened when `window.told` has come, if the script sets that, and a
 * task has gone by, so that the next action is in another one.
 */
function script(
  name: string,
  source: string,
  meaning?: (truth: Truth) => void,
  replaced = false,
): Action {
  return {
    name,
    async happen(scene, truth) {
      const before = await placeOf(scene);
      await scene.run(`window.told = undefined; { ${source} }`);
      await scene.page.evaluate(
        'Promise.resolve(told).then(() => new Promise((r) => setTimeout(r)))',
      );
      const after = await placeOf(scene);
      if (after.document !== before.document) throw new Error(`${name} left the document`);
      truth.moved(before.address, after.address, replaced);
      meaning?.(truth);
    },
  };
}

const once = (type: string): string =>
  `window.told = new Promise((r) => addEventListener('${type}', r, { once: true }));`;
const push = (to: string): string => `history.pushState(null, '', ${quoted(to)});`;
const replace = (to: string): string => `history.replaceState(null, '', ${quoted(to)});`;
const crash = (truth: Truth): void => truth.crashed();
const capture = `${library}.captureException(new Error('known'));`;

const navigations = [
  path.map((to) => script(`push ${to}`, push(to))),
  path.map((to) => script(`replace by ${to}`, replace(to), undefined, true)),
  fragment.map((to) => script(`set the fragment ${to}`, `location.hash = ${quoted(to)}`)),
  fragment.map((to) =>
    script(
      `click a link to ${to}`,
      `const link = document.createElement('a');
       link.href = location.href.split('#')[0] + ${quoted(to)};
       document.body.append(link); link.click()`,
    ),
  ),
  /* As routers redirect. */
  path.map((to) => script(`push, and replace by ${to}`, `${push('elsewhere')} ${replace(to)}`)),
  fc
    .tuple(path, path)
    .map(([first, to]) =>
      script(
        `push ${first} and ${to}`,
        `${push(first)} Promise.resolve().then(() => { ${push(to)} });`,
      ),
    ),
];

const still = [
  script('push a state only', `history.pushState(1, '')`),
  script(
    'push another origin',
    `try { history.pushState(1, '', 'https://other.example/') } catch {}`,
  ),
];

const errors = [
  script('throw', `throw new Error('boom')`, crash),
  script(
    'throw in a timer',
    `window.told = new Promise((r) => setTimeout(() => { setTimeout(r); throw new Error('late') }))`,
    crash,
  ),
  script('reject', `${once('unhandledrejection')} Promise.reject(new Error('no'))`, crash),
  script('capture', capture, (truth) => truth.errored()),
];

const amidst = [
  path.map((to) => script(`push ${to} and throw`, `${push(to)} throw new Error('new')`, crash)),
  path.map((to): Action => {
    const { name, happen } = script(`capture and push ${to}`, `${capture} ${push(to)}`);
    return {
      name,
      happen(scene, truth) {
        truth.errored();
        return happen(scene, truth);
      },
    };
  }),
];

const noise = [
  script('handle a rejection', `Promise.reject(new Error('x')).catch(() => {})`),
  script(
    'handle a rejection a task later',
    `${handledLate}
     ${once('rejectionhandled')}`,
  ),
  script(
    'abort a request',
    `const stop = new AbortController(); stop.abort();
     ${once('unhandledrejection')} fetch('/blank', { signal: stop.signal })`,
  ),
  script(
    'prevent an error',
    `${once('error')} addEventListener('error', (e) => e.preventDefault(), { once: true });
     setTimeout(() => { throw new Error('prevented') })`,
  ),
  script(
    'miss an image',
    `window.told = new Promise((r) => { const image = new Image();
       image.onerror = r; image.src = '/nothing.png' })`,
  ),
  script(
    'throw in a frame',
    `window.told = new Promise((r) => { const frame = document.createElement('iframe');
       frame.srcdoc = '<script>throw new Error("inner")<\\/script>';
       frame.onload = r; document.body.append(frame) })`,
  ),
];

/** What leads to another document, or back to this one. */
async function arrive(scene: Scene, truth: Truth, before: Place): Promise<void> {
  const { document } = await placeOf(scene);
  if (document === before.document) truth.visited();
  else truth.loaded();
}

const documents: Action[] = [
  {
    name: 'reload',
    async happen(scene, truth) {
      await scene.page.reload();
      truth.loaded();
    },
  },
  {
    name: 'follow a link',
    async happen(scene, truth) {
      await scene.page.leave(`location.href = ${quoted(scene.url(crypto.randomUUID()))}`);
      truth.loaded();
    },
  },
  {
    name: 'go away and back',
    async happen(scene, truth) {
      const before = await placeOf(scene);
      await scene.page.goto(scene.blank);
      await scene.page.back();
      await arrive(scene, truth, before);
    },
  },
  {
    name: 'hide and show',
    async happen({ page }) {
      await page.hide();
      await page.show();
    },
  },
];

/** Back within the document: over an entry that is pushed for it. */
const back = path.map((to): Action => {
  const there = script(`push ${to}`, push(to));
  const andBack = script('back', `${once('popstate')} history.back()`);
  return {
    name: `push ${to} and go back`,
    async happen(scene, truth) {
      await there.happen(scene, truth);
      await andBack.happen(scene, truth);
    },
  };
});

const logins = ['u1', 'u2', ''].map((id) =>
  script(
    id ? `log ${id} in` : 'log out',
    `${library}.setUser(${id ? quoted({ id }) : 'null'})`,
    (truth) => truth.loggedIn(id),
  ),
);

const pause = fc.nat(400).map((ms): Action => ({
  name: `nothing for ${ms} ms`,
  async happen({ page }) {
    await page.evaluate(`new Promise((resolve) => setTimeout(resolve, ${ms}))`);
  },
}));

export const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: fc.oneof(...navigations) },
  { weight: 1, arbitrary: back },
  { weight: 1, arbitrary: fc.constantFrom(...still) },
  { weight: 3, arbitrary: fc.constantFrom(...errors) },
  { weight: 1, arbitrary: fc.oneof(...amidst) },
  { weight: 2, arbitrary: fc.constantFrom(...noise) },
  { weight: 1, arbitrary: fc.constantFrom(...documents) },
  { weight: 1, arbitrary: fc.constantFrom(...logins) },
  { weight: 1, arbitrary: pause },
);
