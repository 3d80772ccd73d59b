/** The order of releases: by the versions in their names, or by when they were first seen. */

/** Names that end in numbers, such as `shop@1.4.0`; a commit has no order. */
const VERSION = /(?:^|@)v?\d+(?:\.\d+)+/;
const collator = new Intl.Collator('en', { numeric: true });

/** A name without what follows its version, and whether that is no `-rc.1`, which came before. */
function versionOf(name: string): [version: string, isFinal: boolean] {
  const found = VERSION.exec(name);
  const end = found ? found.index + found[0].length : name.length;
  return [name.slice(0, end), name[end] !== '-'];
}

/** Newer versions first; text that is no number compares as text. */
function byVersion(a: string, b: string): number {
  const [ours, isOursFinal] = versionOf(a);
  const [theirs, isTheirsFinal] = versionOf(b);
  return (
    collator.compare(theirs, ours) ||
    Number(isTheirsFinal) - Number(isOursFinal) ||
    collator.compare(b, a)
  );
}

/** Each name once, newer versions first. */
export const newestFirst = (names: Iterable<string>): string[] =>
  [...new Set(names)].sort(byVersion);

/** All releases, the latest first: by version where all have one, else by when they were seen first. */
export function latestFirst(releases: ReadonlyMap<string, number>): string[] {
  const names = [...releases.keys()];
  if (names.every((name) => VERSION.test(name))) return names.sort(byVersion);
  return names.sort((a, b) => (releases.get(b) ?? 0) - (releases.get(a) ?? 0));
}
