import { tag } from '../pages.js';
import { script, type World } from './world.js';

/** What the page of an attacker or an old editor names its elements. */
const named = (...names: string[]): string =>
  names.map((name) => `<img name="${name}" alt="">`).join('');

const rewritten = `document.open();
  document.write('<!doctype html><title>new</title><body><p>new</p>');
  document.close()`;

/** Documents that are written, named and guarded in ways of their own. */
export const markupWorlds: World[] = [
  {
    // Listeners of window and document are gone: https://github.com/whatwg/html/issues/3653
    name: 'document.open() after load',
    meanwhile: (s) => s.run(rewritten),
  },
  {
    name: 'document.open() after load, no Navigation API',
    head: script(`Object.defineProperty(window, 'navigation', { value: undefined });`),
    meanwhile: (s) => s.run(rewritten),
  },
  {
    name: 'document.open() twice',
    async meanwhile(s) {
      await s.run(rewritten);
      await s.run(rewritten);
    },
  },
  {
    name: 'script written by document.write',
    library: (site) =>
      script(`document.write(${JSON.stringify(tag(site)).replaceAll('</', '<\\/')})`),
  },
  {
    name: 'body replaced after load',
    meanwhile: (s) =>
      s.run(`document.body.replaceWith(document.createElement('body'));
      document.head.textContent = ''`),
  },
  {
    name: 'images named like what a script reads',
    head: named(
      ...['currentScript', 'URL', 'documentURI', 'baseURI', 'referrer', 'localStorage', 'cookie'],
      ...['addEventListener', 'removeEventListener', 'prerendering', 'visibilityState', 'hidden'],
      ...['readyState', 'title', 'head', 'body', 'location', 'defaultView', 'scripts', 'forms'],
    ),
  },
  {
    name: 'images named like what a frame is made of, and a fetch of the page’s own',
    head:
      script(`const real = fetch;
        window.fetch = (input, init) => real(input, { ...init, headers: { 'x-csrf-token': 't' } });`) +
      named('createElement', 'documentElement', 'querySelector', 'querySelectorAll', 'append'),
    also: (s) =>
      s.check(
        s.allRequests().every(({ headers }) => headers['x-csrf-token'] === undefined),
        'a token of the page went to the server',
      ),
  },
  {
    name: 'an image that plays the script',
    head: `<img name="currentScript" alt="" src="data:," data-dsn="http://e@127.0.0.1:1/1"
      data-release="evil" data-storage="local">`,
    also: (s) =>
      s.check(
        s.items().every(({ attrs }) => attrs.release !== 'evil'),
        'the release is what an image says',
      ),
  },
  {
    name: 'elements with ids of globals',
    head: ['crashfree', 'Sentry', 'SENTRY_RELEASE', 'navigation', 'init', 'q', 'client']
      .map((id) => `<i id="${id}"></i>`)
      .join(''),
    load: 'tag',
  },
  {
    name: 'a parent that is no window',
    head: script(`window.parent = {}; window.top = null;`),
  },
  {
    name: 'a form named crashfree',
    head: `<form name="crashfree"><input name="q"><input name="init"></form>`,
  },
  {
    name: 'a frame of another origin named crashfree',
    head: `<iframe name="crashfree" src="$other/plain"></iframe>`,
    pages: { plain: { load: 'none' } },
  },
  {
    name: 'strict policy',
    headers: {
      'content-security-policy': `default-src 'none'; script-src 'nonce-n' 'wasm-unsafe-eval';
        connect-src http://127.0.0.1:*; img-src data:`.replace(/\s+/g, ' '),
    },
  },
  {
    name: 'strict policy without WebAssembly',
    late: true,
    headers: {
      'content-security-policy': `default-src 'none'; script-src 'nonce-n' http://127.0.0.1:*;
        connect-src http://127.0.0.1:*; img-src data:`.replace(/\s+/g, ' '),
    },
  },
  { name: 'no WebAssembly', head: script(`delete window.WebAssembly;`) },
  {
    // Every address of such a page is opaque; neither storage nor the Navigation API work there.
    name: 'opaque origin',
    headers: { 'content-security-policy': 'sandbox allow-scripts' },
    neverPrerendered: true,
    confined: true,
  },
  {
    name: 'a frame of its own origin with the script',
    body: `<iframe src="frame"></iframe>`,
    pages: { frame: {} },
  },
  {
    name: 'XHTML-like: elements in upper case, many scripts',
    head: `<SCRIPT nonce="n">var a = 1</SCRIPT><SCRIPT nonce="n" TYPE="text/template"><p></SCRIPT>`,
  },
];
