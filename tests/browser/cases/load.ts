import { setTimeout as delay } from 'node:timers/promises';
import type { Case } from '../case.js';
import type { Scene } from '../harness.js';
import { preListener, tag, type PageSpec } from '../pages.js';

const area = 'load';
const once = { all: 1, items: 1, requests: 1 };
const blankPage: PageSpec = { load: 'none' };

/** A page that asks the browser to prerender `target`, and links to it. */
const prerenderer: PageSpec = {
  load: 'none',
  body: `<a id="link" href="target">target</a>
    <script type="speculationrules">
      {"prerender": [{"source": "list", "urls": ["target"], "eagerness": "immediate"}]}
    </script>`,
};
/** Tells the page server that it has loaded, prerendered or not. */
const prerendered: PageSpec = {
  body: `<script>addEventListener('load', () => fetch('loaded', { cache: 'no-store' })
    .catch(() => {}))</script>`,
};

/** Opens the page of the scene, which leads on to an empty one. */
async function passThrough(s: Scene): Promise<void> {
  await s.page.leave(`location.href = '${s.url()}'`);
  await s.page.waitFor(`location.pathname === '/blank'`);
}

export const loadCases: Case[] = [
  { name: 'a visible page', area, expect: once },
  {
    name: 'a page loaded in a hidden window',
    area,
    start: 'empty',
    async steps(s) {
      await s.page.goto(s.blank);
      await s.page.hide();
      await s.page.goto(s.url());
    },
    also: async (s) =>
      s.check(
        await s.page.evaluate(`document.visibilityState === 'hidden'`),
        'the page was not hidden',
      ),
    expect: once,
  },
  {
    name: 'hidden and shown again',
    area,
    async steps(s) {
      await s.page.hide();
      await s.page.show();
    },
    expect: once,
  },
  {
    name: 'prerendered, never activated',
    area,
    pages: { from: prerenderer, target: prerendered },
    start: 'empty',
    async steps(s) {
      // Activation puts another page into the tab, and puppeteer can no longer close that.
      s.abandonTab();
      await s.page.goto(s.url('from'));
      if (!s.features.prerender) return;
      const { headers } = await s.hit('target');
      s.check(/prerender/.test(String(headers['sec-purpose'])), 'it was not prerendered');
      await s.hit('loaded');
      await s.quiet(500);
    },
    expect: { all: 0, items: 0 },
  },
  {
    name: 'prerendered, then activated',
    area,
    pages: { from: prerenderer, target: prerendered },
    start: 'empty',
    async steps(s) {
      // Activation puts another page into the tab, and puppeteer can no longer close that.
      s.abandonTab();
      await s.page.goto(s.url('from'));
      if (s.features.prerender) await s.hit('loaded');
      // The clock moves on, so that the start of the session tells loading from activation.
      await s.quiet(50);
      const clicked = Date.now();
      await s.page.click('#link');
      await s.sessions(1);
      const started = Date.parse(s.items()[0]?.started ?? '');
      s.check(started >= clicked, `started ${clicked - started} ms before the activation`);
    },
    expect: once,
  },
  {
    name: 'error in a prerendered page, then activated',
    area,
    pages: {
      from: prerenderer,
      target: {
        body: `<script>addEventListener('load', () => fetch('loaded', { cache: 'no-store' })
          .catch(() => {}));
          throw new Error('while prerendering')</script>`,
      },
    },
    start: 'empty',
    async steps(s) {
      // Activation puts another page into the tab, and puppeteer can no longer close that.
      s.abandonTab();
      await s.page.goto(s.url('from'));
      if (s.features.prerender) await s.hit('loaded');
      await s.page.click('#link');
    },
    expect: { all: 1, crashed: 1, items: 1 },
  },
  ...(['route', 'page'] as const).flatMap((lifecycle): Case[] => [
    {
      name: `back from another page, lifecycle ${lifecycle}`,
      area,
      page: { options: `{ lifecycle: '${lifecycle}' }` },
      alone: true,
      steps: (s) => s.leaveAndReturn(),
      // Without the cache going back is a page load like any other.
      expect: ({ restored }) => ({ all: lifecycle === 'page' && restored ? 1 : 2 }),
    },
    {
      name: `error after coming back, lifecycle ${lifecycle}`,
      area,
      alone: true,
      page: { options: `{ lifecycle: '${lifecycle}' }` },
      async steps(s) {
        await s.leaveAndReturn();
        if (lifecycle === 'route' || !s.restored) await s.sessions(2);
        await s.run(`throw new Error('after coming back')`);
      },
      expect: ({ restored }) => ({ all: lifecycle === 'page' && restored ? 1 : 2, crashed: 1 }),
    },
  ]),
  {
    name: 'crash, leave and come back',
    area,
    alone: true,
    async steps(s) {
      await s.run(`throw new Error('before leaving')`);
      await s.settled('a crash', (m) => m.crashed + m.unhandled === 1);
      await s.leaveAndReturn();
    },
    expect: { all: 2, crashed: 1 },
  },
  {
    name: 'reload',
    area,
    steps: (s) => s.page.goto(s.url()),
    expect: { all: 2 },
  },
  {
    name: 'two pages of a site',
    area,
    page: { body: `<a id="next" href="next">next</a>` },
    steps: (s) => s.page.click('#next'),
    expect: { all: 2, requests: 2 },
  },
  {
    name: 'two tabs',
    area,
    async steps(s) {
      const second = await s.newPage();
      await second.goto(s.url());
    },
    expect: { all: 2, requests: 2 },
  },
  ...(['leave', 'close'] as const).flatMap((way) =>
    [0, 50, 200].map((ms): Case => ({
      name: `${way} ${ms} ms after load`,
      area,
      start: 'empty',
      page:
        way === 'leave'
          ? {
              body: `<script>addEventListener('load', () =>
                  setTimeout(() => { location.href = '/blank'; }, ${ms}))</script>`,
            }
          : {},
      async steps(s) {
        if (way === 'leave') return passThrough(s);
        await s.page.goto(s.url());
        await delay(ms);
        await s.closePage();
      },
      expect: { all: 1, items: 1 },
    })),
  ),
  {
    name: 'leave before the page has loaded',
    area,
    start: 'empty',
    page: { body: `<script>location.href = '/blank'</script>` },
    steps: passThrough,
    expect: { all: 1, items: 1 },
  },
  {
    name: 'crash and leave at once',
    area,
    start: 'empty',
    page: {
      body: `<script>setTimeout(() => { location.href = '/blank'; }); throw new Error('last')</script>`,
    },
    steps: passThrough,
    expect: { all: 1, crashed: 1, items: 1 },
  },
  {
    name: 'same-origin iframe with the same DSN',
    area,
    page: { body: `<iframe src="frame"></iframe>` },
    pages: { frame: {} },
    start: 'loaded',
    expect: once,
  },
  {
    name: 'error in a same-origin iframe',
    area,
    page: { body: `<iframe src="frame"></iframe>` },
    pages: {
      frame: { body: `<script>window.fail = () => { throw new Error('framed'); }</script>` },
    },
    steps: (s) => s.run(`frames[0].setTimeout(frames[0].fail, 0)`),
    expect: { all: 1, crashed: 1, items: 2 },
  },
  {
    name: 'same-origin iframe without the library',
    area,
    page: { body: `<iframe src="frame"></iframe>` },
    pages: { frame: blankPage },
    start: 'loaded',
    expect: once,
  },
  {
    name: 'same-origin iframe removed, then an error',
    area,
    page: { body: `<iframe src="frame"></iframe>` },
    pages: { frame: {} },
    async steps(s) {
      await s.run(`document.querySelector('iframe').remove()`);
      await s.run(`throw new Error('after the frame')`);
    },
    expect: { all: 1, crashed: 1, items: 2 },
  },
  {
    name: 'cross-origin iframe',
    area,
    page: { body: `<iframe src="$other/frame"></iframe>` },
    pages: { frame: {} },
    expect: { all: 2, requests: 2 },
  },
  {
    name: 'error in a cross-origin iframe',
    area,
    page: {},
    pages: {
      frame: {
        body: `<script>addEventListener('message', () => { throw new Error('framed'); })</script>`,
      },
    },
    async steps(s) {
      await s.run(`const frame = document.createElement('iframe');
        frame.src = '${s.otherUrl('frame')}'; document.body.append(frame)`);
      await s.sessions(2);
      await s.run(`frames[0].postMessage('fail', '*')`);
    },
    expect: { all: 2, crashed: 1 },
  },
  {
    name: 'script included twice',
    area,
    page: { library: (site) => tag(site) + tag(site) },
    expect: once,
  },
  {
    name: 'script included twice, error',
    area,
    page: { library: (site) => tag(site) + tag(site) },
    steps: (s) => s.run(`throw new Error('once')`),
    expect: { all: 1, crashed: 1, items: 2 },
  },
  {
    name: 'script tag and module with the same DSN',
    area,
    page: {
      library: (site) => `${tag(site)}<script type="module">import { init } from '${site.module}';
        init({ dsn: '${site.dsn}', release: '${site.release}', environment: '${site.environment}' });
        window.both = true</script>`,
    },
    steps: (s) => s.page.waitFor('window.both'),
    expect: once,
  },
  {
    name: 'init called twice',
    area,
    page: {
      library: (site) => `<script src="${site.script}"></script><script>
        const options = { dsn: '${site.dsn}', release: '${site.release}', environment: 'test' };
        window.same = crashfree.init(options) === crashfree.init(options)</script>`,
    },
    also: async (s) =>
      s.check(await s.page.evaluate('window.same'), 'the second init gave another client'),
    expect: once,
  },
  ...[false, true].map((fails): Case => {
    const numbers = { all: 1, crashed: fails ? 1 : 0, items: fails ? 2 : 1 };
    return {
      name: fails ? 'two DSNs, error' : 'two DSNs',
      area,
      page: {
        library: (site) => `<script src="${site.script}"></script><script>
          for (const dsn of ['${site.dsn}', '${site.secondDsn}']) {
            crashfree.init({ dsn, release: '${site.release}', environment: 'test' });
          }</script>`,
      },
      async steps(s) {
        await s.bench.when(
          () => 'the session of the second project',
          () => s.metrics(s.secondProject).all > 0,
        );
        if (fails) await s.run(`throw new Error('for both')`);
      },
      expect: { ...numbers, second: numbers },
    };
  }),
  {
    name: 'two DSNs, one navigation',
    area,
    page: {
      library: (site) => `<script src="${site.script}"></script><script>
        for (const dsn of ['${site.dsn}', '${site.secondDsn}']) {
          crashfree.init({ dsn, release: '${site.release}', environment: 'test' });
        }</script>`,
    },
    async steps(s) {
      await s.bench.when(
        () => 'the session of the second project',
        () => s.metrics(s.secondProject).all > 0,
      );
      await s.run(`history.pushState(null, '', 'next')`);
    },
    expect: { all: 2, requests: 2, second: { all: 2, requests: 2 } },
  },
  {
    name: 'frozen by a page that holds the main thread',
    area,
    start: 'loaded',
    page: {
      body: `<script>const end = performance.now() + 700; while (performance.now() < end);</script>`,
    },
    expect: once,
  },
  {
    name: 'early error, kept by the pre-listener, page left at once',
    area,
    start: 'empty',
    page: {
      load: 'async',
      head: `${preListener}<script>throw new Error('early')</script>`,
      body: `<script>addEventListener('load', () => { location.href = '/blank'; })</script>`,
    },
    steps: passThrough,
    expect: { all: 1, crashed: 1, items: 1 },
  },
];
