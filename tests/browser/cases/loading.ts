import type { Case } from '../case.js';
import { handledLate, initOptions, preListener, tag } from '../pages.js';

const area = 'loading';
const once = { all: 1, items: 1, requests: 1 };

export const loadingCases: Case[] = [
  { name: 'async script', area, page: { load: 'async' }, expect: once },
  { name: 'deferred script', area, page: { load: 'defer' }, expect: once },
  { name: 'script and init', area, page: { load: 'script' }, expect: once },
  { name: 'module', area, page: { load: 'module' }, expect: once },
  {
    name: 'script added long after load',
    area,
    page: {
      library: (site) => `<script>addEventListener('load', () => setTimeout(() => {
        const script = document.createElement('script');
        Object.assign(script, { src: '${site.script}' });
        Object.assign(script.dataset, { dsn: '${site.dsn}', release: '${site.release}',
          environment: '${site.environment}' });
        document.head.append(script);
      }, 300))</script>`,
    },
    expect: once,
  },
  {
    name: 'dynamic import',
    area,
    page: {
      library: (site) => `<script>import('${site.module}')
        .then(({ init }) => init(${initOptions(site)}))</script>`,
    },
    expect: once,
  },
  {
    name: 'import without init does nothing',
    area,
    start: 'loaded',
    page: {
      library: (site) => `<script type="module">import '${site.module}'; window.imported = true;
        setTimeout(() => { throw new Error('not ours'); })</script>`,
    },
    steps: (s) => s.page.waitFor('window.imported'),
    also: async (s) =>
      s.check(await s.page.evaluate(`!('crashfree' in window)`), 'the import made a global'),
    expect: { all: 0, requests: 0 },
  },
  {
    name: 'script without DSN does nothing',
    area,
    start: 'loaded',
    page: { library: (site) => `<script src="${site.script}"></script>` },
    steps: (s) => s.run(`history.pushState(null, '', 'x'); throw new Error('not ours')`),
    expect: { all: 0, requests: 0 },
  },
  {
    name: 'script in a worker does nothing there',
    area,
    async steps(s) {
      await s.run(`window.worker = new Worker(URL.createObjectURL(new Blob([\`
        let told;
        try {
          importScripts('${s.site.script}');
          crashfree.init({ dsn: '${s.site.dsn}', release: 'worker@1' });
          crashfree.setUser({ id: 'worker' });
          crashfree.captureException(new Error('not ours'));
          told = crashfree.init().status;
        } catch (error) {
          told = String(error);
        }
        postMessage(told);\`])));
        worker.onmessage = ({ data }) => { window.told = data; };`);
      await s.page.waitFor('window.told');
      const told = await s.page.evaluate<string>('told');
      s.check(told === 'unsupported', `the worker said ${told}`);
    },
    expect: once,
  },
  {
    name: 'error before the async script',
    area,
    page: { load: 'async', head: `${preListener}<script>throw new Error('early')</script>` },
    expect: { all: 1, crashed: 1, items: 1 },
  },
  {
    name: 'rejection before the async script',
    area,
    page: {
      load: 'async',
      head: `${preListener}<script>Promise.reject(new Error('early'))</script>`,
    },
    // A rejection counts after its grace, and the first send need not wait for that.
    expect: { all: 1, crashed: 1 },
  },
  {
    name: 'rejection before the async script that is handled before it comes',
    area,
    page: {
      load: 'none',
      head: `${preListener}<script>${handledLate}
        addEventListener('rejectionhandled', () => { window.isHandled = true; });</script>`,
    },
    start: 'loaded',
    async steps(s) {
      await s.page.waitFor('window.isHandled');
      const { script, dsn, release, environment } = s.site;
      await s.run(`const element = document.createElement('script'); element.src = '${script}';
        Object.assign(element.dataset, ${JSON.stringify({ dsn, release, environment })});
        document.head.append(element);`);
      // Longer than a rejection may wait.
      await s.page.waitFor('window.crashfree?.getClient?.()');
      await s.sessions(1);
      await s.quiet(400);
    },
    expect: once,
  },
  {
    name: 'error before a script that comes late',
    area,
    page: {
      head: `${preListener}<script>throw new Error('early')</script>`,
      library: (site) => `<script>addEventListener('load', () => setTimeout(() => {
        const script = document.createElement('script');
        Object.assign(script, { src: '${site.script}' });
        Object.assign(script.dataset, { dsn: '${site.dsn}', release: '${site.release}',
          environment: '${site.environment}' });
        document.head.append(script);
      }, 100))</script>`,
    },
    expect: { all: 1, crashed: 1, items: 1 },
  },
  {
    name: 'early error that the page prevented',
    area,
    page: {
      load: 'async',
      head: `${preListener}<script>addEventListener('error', (e) => e.preventDefault())</script>
        <script>throw new Error('early, but prevented')</script>`,
    },
    expect: once,
  },
  {
    name: 'early error and one after: one crash',
    area,
    page: { load: 'async', head: `${preListener}<script>throw new Error('early')</script>` },
    steps: (s) => s.run(`throw new Error('late')`),
    expect: { all: 1, crashed: 1, items: 1 },
  },
  {
    name: 'pre-listener, no early error',
    area,
    page: { load: 'async', head: preListener },
    steps: (s) => s.run(`throw new Error('late')`),
    expect: { all: 1, crashed: 1, items: 2 },
  },
  {
    name: 'pre-listener before a module',
    area,
    page: { load: 'module', head: `${preListener}<script>throw new Error('early')</script>` },
    expect: { all: 1, crashed: 1, items: 1 },
  },
  {
    name: 'error while starting',
    area,
    page: {
      library: (site) => `<script src="${site.script}"></script>
        <script>crashfree.init(${initOptions(site)}); throw new Error('while starting')</script>`,
    },
    expect: { all: 1, crashed: 1, items: 1 },
  },
  {
    name: 'error right after the script tag',
    area,
    page: { library: (site) => `${tag(site)}<script>throw new Error('while starting')</script>` },
    expect: { all: 1, crashed: 1, items: 1 },
  },
  {
    name: 'rejection while starting',
    area,
    page: {
      library: (site) => `${tag(site)}<script>Promise.reject(new Error('while starting'))</script>`,
    },
    // A rejection counts after its grace, and the first send need not wait for that.
    expect: { all: 1, crashed: 1 },
  },
  {
    name: 'error before the first send',
    area,
    // Not by a timer: in some engines those wait until the page has loaded, as the first send does.
    page: {
      body: `<script>addEventListener('DOMContentLoaded', () => { throw new Error('soon'); })</script>`,
    },
    expect: { all: 1, crashed: 1, items: 1 },
  },
  {
    name: 'captured before the first send',
    area,
    page: {
      library: (site) => `<script src="${site.script}"></script>
        <script>crashfree.init(${initOptions(site)});
        crashfree.captureException(new Error('soon'))</script>`,
    },
    expect: { all: 1, errored: 1, items: 1 },
  },
  {
    name: 'navigation before the first send',
    area,
    page: { body: `<script>setTimeout(() => history.pushState(null, '', 'next'))</script>` },
    start: 'loaded',
    expect: { all: 2 },
  },
  {
    name: 'crash and navigation before the first send',
    area,
    page: {
      body: `<script>addEventListener('DOMContentLoaded', () => {
        addEventListener('load', () => history.pushState(null, '', 'next'));
        throw new Error('soon'); })</script>`,
    },
    start: 'loaded',
    expect: { all: 2, crashed: 1, items: 2 },
  },
  {
    name: 'router that replaces the same URL at start',
    area,
    page: {
      body: `<script>history.replaceState({ key: 1 }, '', location.href);
        history.replaceState({ key: 2 }, '', location.pathname)</script>`,
    },
    expect: once,
  },
  {
    name: 'module in strict policy that allows WebAssembly',
    area,
    page: {
      library: (site) => `<script nonce="n" src="${site.script}" ${site.data}></script>`,
      headers: {
        'content-security-policy':
          "default-src 'none'; script-src 'nonce-n' 'wasm-unsafe-eval'; connect-src http://127.0.0.1:*",
      },
    },
    expect: once,
  },
];
