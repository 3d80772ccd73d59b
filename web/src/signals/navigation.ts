import type { Listen } from './listen';

/**
 * The part of a location that makes a route: all but the fragment, and that where it is a hash
 * route (`#/…`, `#!…`; `#/` alone is its start, as none is). Other fragments are places within a page.
 */
export const routeOf = ({ href }: URL): string => href.replace(/#(?![!/]\/?[^/]).*/, '');

/**
 * Calls `changed` after each possible change of location: with the Navigation API where there is
 * one, otherwise by wrapping `pushState` and `replaceState`.
 */
export function watchNavigation(listen: Listen, changed: () => void): void {
  const { navigation } = window as { navigation?: EventTarget };
  if (navigation) {
    listen(navigation, 'currententrychange', changed);
    return;
  }
  listen(window, 'popstate', changed);
  listen(window, 'hashchange', changed);
  for (const name of ['pushState', 'replaceState'] as const) {
    /* A proxy keeps name, length and text of the function. It stays after close(), as another
     * script may have wrapped it since, and is neutral then: `changed` does nothing. */
    history[name] = new Proxy(history[name], {
      apply(...call) {
        const result: unknown = Reflect.apply(...call);
        changed();
        return result;
      },
    });
  }
}
