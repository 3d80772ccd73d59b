import { script, type World } from './world.js';

/** What another library does to `history`. */
export const wrapHistory = `for (const name of ['pushState', 'replaceState']) {
  const inner = history[name];
  history[name] = function (...args) {
    const result = inner.apply(this, args);
    dispatchEvent(new Event('locationchange'));
    return result;
  };
}`;
const stop = (types: string): string => `for (const type of '${types}'.split(' ')) {
  addEventListener(type, (e) => e.stopImmediatePropagation(), true);
  document.addEventListener(type, (e) => e.stopImmediatePropagation(), true);
  window.navigation?.addEventListener?.(type, (e) => e.stopImmediatePropagation(), true);
}`;
export const noNavigationApi = `Object.defineProperty(window, 'navigation', { value: undefined });`;

/** Pages on which it is hard to tell where one is. */
export const navigationWorlds: World[] = [
  {
    // Private windows of Safari 26: https://github.com/WebKit/WebKit/pull/60778
    name: 'Navigation API silent',
    head: script(`Object.defineProperty(window, 'navigation', { value: new EventTarget() });`),
  },
  { name: 'no Navigation API', head: script(noNavigationApi) },
  {
    name: 'Navigation API of a polyfill, incomplete',
    head: script(`Object.defineProperty(window, 'navigation', { value: { currentEntry: null } });`),
  },
  { name: 'history wrapped before', head: script(wrapHistory) },
  { name: 'history wrapped after', body: script(wrapHistory) },
  {
    name: 'history wrapped before and after, no Navigation API',
    head: script(noNavigationApi + wrapHistory),
    body: script(wrapHistory),
  },
  {
    name: 'events of the lifecycle stopped before',
    head: script(stop('navigate navigatesuccess currententrychange load')),
  },
  {
    // Tests of components do this, and code that wants others to save what they have.
    name: 'plays that it is left and restored',
    meanwhile: (s) =>
      s.run(`for (const type of ['beforeunload', 'pagehide', 'pageshow'])
        dispatchEvent(new PageTransitionEvent(type, { persisted: true }))`),
  },
  {
    name: 'all events stopped after',
    body: script(
      stop(
        `navigate navigatesuccess currententrychange popstate hashchange load pageshow pagehide
        visibilitychange error unhandledrejection rejectionhandled`.replace(/\s+/g, ' '),
      ),
    ),
  },
  {
    // More often than this Firefox's driver, which is told of each, loses what it is asked meanwhile.
    name: 'replaces its state all the time',
    body: script(`let turn = 0;
      setInterval(() => history.replaceState({ turn: ++turn }, ''), 250);`),
  },
  {
    name: 'replaces its query all the time',
    body: script(`let turn = 0;
      setInterval(() => history.replaceState(null, '', '?scroll=' + ++turn + location.hash), 250);`),
  },
  {
    name: 'signs in by its address',
    body: script(`history.replaceState(null, '', location.pathname + '?code=1&state=2');
      setTimeout(() => history.replaceState(null, '', location.pathname), 30);`),
  },
  {
    name: 'tells its address to a base element',
    head: `<base href="/elsewhere/">`,
  },
];
