import { attempt } from '../platform/attempt';
import type { Listeners } from './listeners';

/**
 * Calls `changed` whenever the location may have changed, with whether an entry of the history was
 * replaced, as far as that is known. No source is trusted alone: the Navigation API can be there and
 * silent (opaque origins, private windows), another listener can stop its events, and a page can keep
 * `pushState` for itself. So there is more than one call for a change, and calls without one.
 * Returns a function that gives back what can be given back.
 */
export function watchNavigation(
  { _on: on }: Listeners,
  changed: (replaced?: boolean) => void,
): () => void {
  /* A page may have something else under this name, which cannot have listeners. */
  attempt(() =>
    on<Event & { navigationType?: string }>(
      (window as { navigation?: EventTarget }).navigation!,
      'currententrychange',
      (event) => changed(event.navigationType === 'replace'),
    ),
  );
  on(window, 'popstate', () => changed());
  on(window, 'hashchange', () => changed());
  const unwrap = [wrap('pushState', changed), wrap('replaceState', changed)];
  return () => unwrap.forEach((undo) => undo());
}

/**
 * Wraps a method of the history where it is, mostly in the prototype: others may wrap it there later, and
 * be passed over by one of the object's own. A proxy keeps the name, length and text of the function.
 */
function wrap(
  name: 'pushState' | 'replaceState',
  changed: (replaced: boolean) => void,
): () => void {
  const { history } = window;
  const holder = (
    history.hasOwnProperty(name) ? history : Object.getPrototypeOf(history)
  ) as History;
  const original = holder[name];
  let open = true;
  try {
    const wrapper = new Proxy(original, {
      apply(...call) {
        const result: unknown = Reflect.apply(...call);
        if (open) changed(name === 'replaceState');
        return result;
      },
    });
    holder[name] = wrapper;
    return () => {
      open = false;
      /* Another script may have wrapped it since. */
      if (holder[name] === wrapper) holder[name] = original;
    };
  } catch {
    /* The history is frozen. The other sources tell of most navigations. */
    return () => {};
  }
}
