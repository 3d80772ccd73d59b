/** Adds a listener that goes away when the client is closed. */
export type Listen = <E extends Event>(
  target: EventTarget,
  type: string,
  listener: (event: E) => unknown,
) => void;

export const createListen =
  (until: AbortController): Listen =>
  (target, type, listener) =>
    target.addEventListener(type, listener as EventListener, {
      capture: true,
      signal: until.signal,
    });
