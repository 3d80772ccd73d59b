/**
 * Error events that a page kept before the script was there, in `window.crashfree.q`, where the
 * pre-listener of the README puts them.
 */
interface Holder {
  crashfree?: { q?: unknown[] };
}

/** What is there at the start. */
export let kept = (globalThis as Holder).crashfree?.q;

/** The events. Clients that are made in one task get the same. */
export function takeEarly(): unknown[] | undefined {
  /* From here on there are real listeners, and the pre-listener stops. */
  setTimeout(() => {
    kept = undefined;
    delete (window as Holder).crashfree?.q;
  });
  return kept;
}
