/**
 * Error events that a page kept before the script was there, in `window.crashfree.q`, where the
 * pre-listener of the README puts them.
 */
interface Holder {
  crashfree?: { q?: unknown[] };
}

let kept = (globalThis as Holder).crashfree?.q;

/** Gives each event to `take`. Clients that are made in one task get the same events. */
export function takeEarly(take: (event: Event) => void): void {
  kept?.forEach((entry) => entry instanceof Event && take(entry));
  /* From here on there are real listeners, and the pre-listener stops. */
  setTimeout(() => {
    kept = undefined;
    delete (window as Holder).crashfree?.q;
  });
}
