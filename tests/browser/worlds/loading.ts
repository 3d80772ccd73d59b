import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { initOptions, preListener, tag, type LibrarySite } from '../pages.js';
import { script, type World } from './world.js';

const zone = fileURLToPath(
  new URL('../../../node_modules/zone.js/bundles/zone.umd.min.js', import.meta.url),
);

/** A page that has the script's address and attributes in a tag which no browser runs. */
const inert = (site: LibrarySite): string =>
  `<script type="text/rocket" src="${site.script}" ${site.data}></script>`;

/**
 * Runs the script as micro frontends do: with a proxy for its window, which gives the real one’s functions
 * bound to that and keeps for itself what is set.
 */
const sandboxed = (address: string): string =>
  script(`{ const request = new XMLHttpRequest();
    request.open('GET', '${address}', false);
    request.send();
    const own = {};
    const inside = new Proxy(own, {
      has: () => true,
      get(_, name) {
        if (name === Symbol.unscopables) return undefined;
        if (name === 'window' || name === 'self' || name === 'globalThis') return inside;
        if (name in own) return own[name];
        const value = window[name];
        return typeof value === 'function' && !value.prototype ? value.bind(window) : value;
      },
    });
    new Function('window', 'self', 'globalThis', 'with (window) {' + request.responseText + '}')(inside, inside, inside); }`);

/** The other copy of the module, by which the page calls. */
const copy = (address: string): string =>
  `<script nonce="n" type="module">import * as crashfree from '${address}';
    window.copy = crashfree</script>`;

/** Ways in which the library comes into a page. */
export const loadingWorlds: World[] = [
  { name: 'plain' },
  { name: 'script async', load: 'async' },
  { name: 'script async after the pre-listener', load: 'async', head: preListener },
  { name: 'script deferred', load: 'defer' },
  { name: 'script and init', load: 'script' },
  { name: 'module', load: 'module', api: 'crashfreeModule' },
  {
    name: 'script tag of type module',
    library: (site) => tag(site, 'type="module"'),
  },
  {
    name: 'script added by a tag manager',
    library: (site) =>
      script(`const element = document.createElement('script');
      element.async = true; element.src = '${site.script}';
      Object.assign(element.dataset, { dsn: '${site.dsn}', release: '${site.release}',
        environment: '${site.environment}' });
      document.head.append(element);`),
  },
  {
    name: 'script in a shadow tree',
    library: (site) =>
      script(`const host = document.documentElement.appendChild(document.createElement('div'));
      const inner = host.attachShadow({ mode: 'open' }).appendChild(document.createElement('div'));
      const element = document.createElement('script');
      element.src = '${site.script}';
      Object.assign(element.dataset, { dsn: '${site.dsn}', release: '${site.release}',
        environment: '${site.environment}' });
      inner.attachShadow({ mode: 'open' }).append(element);`),
  },
  {
    name: 'script evaluated by an optimiser',
    late: true,
    library: (site) =>
      `${inert(site)}${script(`fetch('${site.script}')
      .then((answer) => answer.text()).then((text) => (0, eval)(text));`)}`,
  },
  {
    name: 'script put inline by an optimiser',
    late: true,
    library: (site) =>
      `${inert(site)}${script(`fetch('${site.script}')
      .then((answer) => answer.text()).then((text) => {
        const element = document.createElement('script');
        element.textContent = text;
        document.head.append(element);
      });`)}`,
  },
  {
    name: 'script in the sandbox of a micro frontend',
    library: (site) => inert(site) + sandboxed(site.script),
  },
  { name: 'script included twice', library: (site) => tag(site) + tag(site) },
  {
    name: 'two copies: script, and module to call',
    library: (site) => tag(site) + copy(site.module),
    api: 'copy',
  },
  {
    name: 'two copies: module, and crashfree/url to call',
    library: (site) => `<script nonce="n" type="module">import { init } from '${site.module}';
      window.client = init(${initOptions(site)})</script>
      ${copy(site.module.replace('crashfree.js', 'crashfree.url.js'))}`,
    api: 'copy',
  },
  {
    name: 'two copies: module, and script to call',
    library: (site) => `<script nonce="n" type="module">import { init } from '${site.module}';
      window.client = init(${initOptions(site)})</script>
      <script nonce="n" src="${site.script}"></script>`,
  },
  {
    name: 'zone.js before',
    head: '<script nonce="n" src="zone.js"></script>',
    files: {
      'zone.js': async () => ({ type: 'text/javascript', body: readFileSync(zone, 'utf8') }),
    },
  },
  {
    name: 'zone.js after',
    body: '<script nonce="n" src="zone.js"></script>',
    files: {
      'zone.js': async () => ({ type: 'text/javascript', body: readFileSync(zone, 'utf8') }),
    },
  },
  {
    name: 'a global SENTRY_RELEASE and an explicit release',
    head: script(`window.SENTRY_RELEASE = { id: 'other@9.9.9' };`),
    also: (s) =>
      s.check(
        s.items().every(({ attrs }) => attrs.release === 'shop@1.0.0'),
        'the release is not the explicit one',
      ),
  },
];
