/** The script-tag file: `window.crashfree`, started from the tag's data attributes if it has a DSN. */
import { current, getClient, init } from './current';
import { kept } from './early';
import { fromAttributes } from './options';

type Functions = Record<string, (...parameters: unknown[]) => unknown>;

const page = window as unknown as { crashfree?: Functions & { q?: unknown[] } };
const { dataset } = (document.currentScript as HTMLScriptElement | null) ?? {};

/* If the script was included before, the functions are there already. */
if (!page.crashfree?.init) {
  const functions = { init, getClient } as unknown as Functions;
  for (const name of (
    'setUser|captureException|startSession|captureSession|endSession|' +
    'navigate|setConsent|getSession|flush|close'
  ).split('|')) {
    functions[name] = (...parameters) =>
      (current as unknown as Functions | undefined)?.[name]!(...parameters);
  }
  page.crashfree = functions;
}
if (dataset?.dsn != null) page.crashfree.init!(fromAttributes(dataset));
/* Calls that were made before: `crashfree.q.push(['setUser', { id: 42 }])`. */
(kept as string[][] | undefined)?.forEach((entry) =>
  page.crashfree![entry[0]!]?.(...entry.slice(1)),
);
