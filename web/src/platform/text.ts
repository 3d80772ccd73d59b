import { attempt } from './attempt';

/** Characters of a text that are kept, unless the caller says otherwise. */
const TEXT_MAX = 1024;

/**
 * A value that the page or the app may have made, as a text of at most `max` characters. It is empty if there
 * is no value, if reading it throws, and if it is an object, as making a text of one may take any time.
 */
export const textOf = (value: () => unknown, max = TEXT_MAX): string =>
  attempt(() => {
    const given = value() ?? '';
    return Object(given) === given ? '' : `${given as string}`.slice(0, max);
  }) ?? '';
