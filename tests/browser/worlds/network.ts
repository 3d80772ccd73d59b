import type { Scene, Served } from '../harness.js';
import { script, type World } from './world.js';

/** A fetch of the page's own around the browser's. */
const patched = (body: string): string =>
  script(`const real = window.fetch;
    window.fetch = function (input, init) { ${body} };`);

/** Nothing that is the page's own may travel with our requests. */
function clean(s: Scene): void {
  for (const { headers, method } of s.allRequests()) {
    s.check(method === 'POST', `a ${method} request went to the server`);
    s.check(headers['x-csrf-token'] === undefined, 'a token of the page went to the server');
  }
}

/** Hands on what it gets to the collector and answers without CORS, so that no page can read it. */
const unreadable: Served = async (scene, body) => {
  await scene.forward(await body());
  return { type: 'application/json', body: '{}' };
};
const readable: Served = async (scene, body) => ({
  type: 'application/json',
  status: await scene.forward(await body()),
  body: '{}',
});

type Fault = Parameters<ReturnType<Scene['bench']['collector']['faults']>['push']>[0];
const faults =
  (...list: Fault[]) =>
  (s: Scene): void => {
    s.bench.collector.faults(s.project).push(...list);
  };

/** Opens a page without the library, which leaves a service worker in charge of the site. */
async function installWorker(s: Scene): Promise<void> {
  await s.page.goto(s.url('install'));
  await s.page.waitFor('window.controlled');
}
const installer = {
  load: 'none' as const,
  body: `<script>
    navigator.serviceWorker.addEventListener('controllerchange', () => { window.controlled = true; });
    navigator.serviceWorker.register('worker.js');
  </script>`,
};
const worker = (answer: string): Record<string, Served> => ({
  'worker.js': {
    body: `addEventListener('install', () => skipWaiting());
      addEventListener('activate', (event) => event.waitUntil(clients.claim()));
      const answer = ${answer};
      addEventListener('fetch', (event) => {
        if (event.request.method === 'POST') answer(event);
      });`,
  },
});
const offlinePage = `new Response('<!doctype html><title>offline</title>You are offline.',
  { headers: { 'content-type': 'text/html' } })`;

/** Servers, and what stands between them and a page. */
export const networkWorlds: World[] = [
  {
    // https://github.com/getsentry/sentry-javascript/issues/2103
    name: 'fetch that adds a header',
    head: patched(`return real.call(this, input,
      { ...init, headers: { ...init?.headers, 'x-csrf-token': 'secret' } });`),
    also: clean,
  },
  {
    name: 'fetch that adds credentials',
    head: patched(`return real.call(this, input, { ...init, credentials: 'include' });`),
    also: clean,
  },
  {
    name: 'fetch that makes a Request with a header',
    head: patched(`const request = new Request(input, init);
      request.headers.set('x-csrf-token', 'secret');
      return real.call(this, request);`),
    also: clean,
  },
  {
    name: 'fetch that rejects after success',
    head: patched(`return real.apply(this, arguments)
      .then(() => { throw new TypeError('no answer'); });`),
    also: clean,
  },
  {
    name: 'fetch that gives no Response',
    head: patched(`return real.apply(this, arguments).then(() => undefined);`),
    also: clean,
  },
  {
    name: 'fetch that sends twice',
    head: patched(`real.apply(this, arguments).catch(() => {});
      return real.apply(this, arguments);`),
    also: clean,
  },
  {
    name: 'fetch by XMLHttpRequest',
    head: patched(`return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(init?.method ?? 'GET', input);
      request.withCredentials = init?.credentials !== 'omit';
      request.onload = () => resolve(new Response(request.responseText, { status: request.status }));
      request.onerror = () => reject(new TypeError('Network request failed'));
      request.send(init?.body);
    });`),
    also: clean,
  },
  { name: 'no fetch', head: script('window.fetch = undefined;'), maySayNo: true },
  {
    name: 'fetch that throws when it is looked at',
    head: script(`Object.defineProperty(window, 'fetch', { get() { throw new Error('no'); } });`),
  },
  {
    name: 'fetch patched after',
    body: patched(`return real.call(this, input,
      { ...init, headers: { ...init?.headers, 'x-csrf-token': 'secret' } });`),
    also: clean,
  },
  {
    name: 'tunnel of the same origin',
    options: `{ tunnel: '$url/tunnel' }`,
    files: { tunnel: readable },
  },
  {
    // https://github.com/microsoft/vscode/issues/130921
    name: 'tunnel of another origin without CORS',
    options: `{ tunnel: '$other/tunnel' }`,
    files: { tunnel: unreadable },
  },
  {
    name: 'first request refused',
    faulty: true,
    before: faults({ status: 503 }),
    atEnd: true,
    meanwhile: (s) => s.answered(),
  },
  {
    name: 'sessions limited for a second',
    faulty: true,
    before: faults({ status: 429, headers: { 'x-sentry-rate-limits': '1:session:organization' } }),
    atEnd: true,
    // The page itself looks, as it may be over before a driver has asked twice.
    body: script(`setInterval(() => {
      if (crashfree.getClient().status === 'rate-limited') window.limited = true;
    }, 20);`),
    meanwhile: (s) => s.page.waitFor(`limited && crashfree.getClient().status === 'active'`),
  },
  {
    name: 'errors limited, not sessions',
    before: faults({ headers: { 'x-sentry-rate-limits': '60:error:organization' }, times: 100 }),
  },
  { name: 'slow answers', before: faults({ delayMs: 500, times: 100 }) },
  {
    name: 'a service worker that lets everything pass',
    before: installWorker,
    pages: { install: installer },
    files: worker(`(event) => event.respondWith(fetch(event.request))`),
  },
  {
    // https://github.com/autobrr/qui/issues/1438
    name: 'a service worker whose first answer is its offline page',
    before: installWorker,
    pages: { install: installer },
    // Kept where it outlives the worker, which a browser may stop and start at any time.
    files: worker(`(event) => event.respondWith(caches.has(registration.scope).then((met) =>
      met ? fetch(event.request) : caches.open(registration.scope).then(() => ${offlinePage})))`),
    // What a page asks for as it is left, and is answered so, has nobody who asks again.
    meanwhile: (s) =>
      s.page.waitFor(`(({ foreign_answers, accepted }) => foreign_answers + accepted > 0)(
        crashfree.getClient().counts)`),
    atEnd: true,
  },
  ...(['local', 'session'] as const).map((kind): World => ({
    name: `storage ${kind}`,
    options: `{ storage: '${kind}' }`,
  })),
  {
    name: 'storage without locks',
    options: `{ storage: 'local' }`,
    head: script(`Object.defineProperty(navigator, 'locks', { value: undefined });`),
  },
  {
    name: 'storage that is refused',
    options: `{ storage: 'local' }`,
    head: script(`for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });`),
  },
  {
    name: 'storage that is full',
    options: `{ storage: 'local' }`,
    head: script(`Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError'); };`),
  },
];
