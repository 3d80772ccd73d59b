/**
 * What a page kept before the script was there, in `window.crashfree.q`: error events, which the
 * pre-listener of the README put there, and calls, as arrays of a name and its parameters.
 */
type Queue = unknown[] & { _taken?: boolean };

const queue = (): Queue | undefined => (window as { crashfree?: { q?: Queue } }).crashfree?.q;
let kept: Queue | undefined;

/** Gives each event to `take`. Clients that are made in one task get the same events. */
export function takeEarly(take: (event: Event) => void): void {
  kept ??= queue();
  if (!kept) return;
  for (const entry of kept) if (entry instanceof Event) take(entry);
  setTimeout(() => (kept!.length = 0));
  /* From here on there are real listeners. */
  kept.push = () => 0;
}
