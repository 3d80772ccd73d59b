/** The script-tag file: `window.crashfree`, started from the tag's data attributes if it has a DSN. */
import * as api from './api';
import { builtRelease, fromAttributes } from './options';

type Functions = Record<string, (...parameters: unknown[]) => unknown>;

const page = window as { crashfree?: { q?: unknown[] } };
const early = page.crashfree?.q;
/* If the script was included before, the functions are there already. */
const functions = (page.crashfree && !early ? page.crashfree : { ...api }) as Functions;
const { dataset } = (document.currentScript as HTMLScriptElement | null) ?? {};

page.crashfree = functions;
if (early) page.crashfree = Object.assign(functions, { q: early });
if (dataset?.dsn !== undefined) {
  const options = fromAttributes(dataset);
  functions.init!({ ...options, release: builtRelease() ?? options.release });
}
if (early) {
  /* Calls that were made before: `crashfree.q.push(['setUser', { id: 42 }])`. */
  const call = (entry: unknown) => {
    if (Array.isArray(entry)) functions[entry[0] as string]?.(...(entry.slice(1) as unknown[]));
    return 0;
  };
  early.forEach(call);
  delete page.crashfree.q;
  early.push = call;
}
