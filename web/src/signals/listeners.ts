/** Listeners that do their work whatever the page does to them. */
import { attempt } from '../platform/attempt';

/**
 * A method of EventTarget, as all documents have it: markup can take its place on a window or a document,
 * zone.js anywhere, and a script of the page can be named like the class.
 */
const method = (name: 'addEventListener' | 'removeEventListener') => {
  const methods = Object.getPrototypeOf(document) as Record<string, EventTarget[typeof name]>;
  return (methods[`__zone_symbol__${name}`] ?? methods[name])!;
};

export interface Listeners {
  /** Listens in the capture phase, before what the page has at the target. */
  _on<E extends Event>(target: EventTarget, type: string, listener: (event: E) => unknown): void;
  /** From now on they survive `document.open()`, which removes those of the window and of the document. */
  _survive(): void;
  /** Removes all. */
  _stop(): void;
}

export function createListeners(): Listeners {
  let observer: MutationObserver | undefined;
  const all: [target: EventTarget, type: string, listener: EventListener][] = [];
  const each = (name: 'addEventListener' | 'removeEventListener') => {
    for (const [target, type, listener] of all) method(name).call(target, type, listener, true);
  };
  return {
    _on(target, type, listener) {
      method('addEventListener').call(target, type, listener as EventListener, true);
      all.push([target, type, listener as EventListener]);
    },
    _survive() {
      /* The browser may have no MutationObserver, or the page one of its own that throws. */
      attempt(() => {
        /* Adding a listener that is there still changes nothing. */
        const made = new window.MutationObserver(() => each('addEventListener'));
        /* They have no prototype, on which a page may have put options that do not go together. */
        const options = { __proto__: null, childList: true };
        made.observe(document, options as MutationObserverInit);
        observer = made;
      });
    },
    _stop() {
      observer?.disconnect();
      each('removeEventListener');
      all.length = 0;
    },
  };
}
