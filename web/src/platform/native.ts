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

/* As they are when the script comes: what a page fakes later, for instance in its tests, is its own. */
export const setTimer = native('setTimeout') as (task: () => void, delay?: number) => Timer;
export const clearTimer = native('clearTimeout') as (timer: Timer | undefined) => void;
export type Timer = ReturnType<typeof setTimeout>;
