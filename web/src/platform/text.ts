import { ask } from './ask';

/** Characters of a text. */
const TEXT_MAX = 1024;

/** A value of the page as text; empty if there is none, or if reading it throws. */
export const textOf = (value: () => unknown): string =>
  ask(() => `${(value() ?? '') as string}`.slice(0, TEXT_MAX)) ?? '';
