/** Listeners that do their work whatever the page does to them. */

/** A method of EventTarget: markup can take its place on a window or a document, zone.js anywhere. */
const method = (name: 'addEventListener' | 'removeEventListener') => {
  const methods = window.EventTarget.prototype as unknown as Record<
    string,
    EventTarget[typeof name]
  >;
  return (methods[`__zone_symbol__${name}`] ?? methods[name])!;
};

export interface Listeners {
  /** Listens in the capture phase, before what the page has at the target. */
  _on<E extends Event>(target: EventTarget, type: string, listener: (event: E) => unknown): void;
  /** Adds again what `document.open()` has removed; a listener that is there stays the one. */
  _again(): void;
  /** Removes all. */
  _stop(): void;
}

export function createListeners(): Listeners {
  const all: [target: EventTarget, type: string, listener: EventListener][] = [];
  const each = (name: 'addEventListener' | 'removeEventListener') => {
    for (const [target, type, listener] of all) method(name).call(target, type, listener, true);
  };
  return {
    _on(target, type, listener) {
      method('addEventListener').call(target, type, listener as EventListener, true);
      all.push([target, type, listener as EventListener]);
    },
    _again: () => each('addEventListener'),
    _stop() {
      each('removeEventListener');
      all.length = 0;
    },
  };
}
