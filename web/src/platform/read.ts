/** How values of the page are read: each may throw. */

/** Characters of a text. */
const TEXT_MAX = 1024;

/** What can be read, or undefined. */
export function read<T>(value: () => T): T | undefined {
  try {
    return value();
  } catch {
    return undefined;
  }
}

export const textOf = (value: () => unknown): string =>
  read(() => `${(value() ?? '') as string}`.slice(0, TEXT_MAX)) ?? '';
