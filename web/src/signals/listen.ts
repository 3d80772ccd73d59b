/** Adds a listener that goes away when the client is closed. */
export type Listen = <E extends Event>(
  target: EventTarget,
  type: string,
  listener: (event: E) => unknown,
) => void;

export function createListen(): [listen: Listen, stop: () => void] {
  const controller = new AbortController();
  return [
    (target, type, listener) =>
      target.addEventListener(type, listener as EventListener, {
        capture: true,
        signal: controller.signal,
      }),
    () => controller.abort(),
  ];
}
