import { attempt } from './attempt';

/** Characters of a text. */
const TEXT_MAX = 1024;

/** A value of the page as text; empty if there is none, or if reading it throws. */
export const textOf = (value: () => unknown): string =>
  attempt(() => `${(value() ?? '') as string}`.slice(0, TEXT_MAX)) ?? '';
