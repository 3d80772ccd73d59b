/**
 * The browser's own function of a name. zone.js keeps it under a name of its own; what goes through its
 * replacement keeps an Angular app busy, which then waits for us and checks its views.
 */
export const native = <Name extends keyof typeof globalThis>(
  name: Name,
): (typeof globalThis)[Name] => {
  const all = globalThis as unknown as Record<string, (typeof globalThis)[Name] | undefined>;
  return all[`__zone_symbol__${name}`] ?? globalThis[name];
};

/* They are taken when the script comes: timers that a page fakes later, as its tests do, are for the page alone. */
export const setTimer = native('setTimeout') as (task: () => void, delay?: number) => Timer;
export const clearTimer = native('clearTimeout') as (timer: Timer | undefined) => void;
export type Timer = ReturnType<typeof setTimeout>;
