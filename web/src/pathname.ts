/** A path as all of its spellings are written: no slash at its ends, and one between its parts. */
export const plainPath = ({ pathname }: URL): string =>
  pathname.split('/').filter(Boolean).join('/');
