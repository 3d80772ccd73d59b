/** A page does not show more of each; the busiest are shown. */
export const MAX_LISTED = 100;

/** The `MAX_LISTED` keys with the highest numbers. */
export function busiest(numbers: ReadonlyMap<string, number>): Set<string> {
  const sorted = [...numbers].sort(([, a], [, b]) => b - a).slice(0, MAX_LISTED);
  return new Set(sorted.map(([name]) => name));
}

/** Adds to the number of a key. */
export const add = (numbers: Map<string, number>, key: string, more: number): void => {
  numbers.set(key, (numbers.get(key) ?? 0) + more);
};
