/** The script-tag file: `window.crashfree`, started from the tag's data attributes if it has a DSN. */
import {
  captureException,
  captureSession,
  close,
  endSession,
  flush,
  getClient,
  getSession,
  init,
  navigate,
  setConsent,
  setUser,
  startSession,
} from './api';
import { attempt } from './platform/attempt';
import { fromAttributes } from './options/attributes';
import { lateEvents } from './events/late';
import { earlyCalls } from './signals/early';
import { tags } from './options/tag';

const api = {
  init,
  getClient,
  setUser,
  captureException,
  startSession,
  captureSession,
  endSession,
  navigate,
  setConsent,
  getSession,
  flush,
  close,
};

const page = window as unknown as { crashfree?: Partial<typeof api> };

const calls = earlyCalls();
/* If the script was included before, the functions are there already; a frame may have that name. */
if (!attempt(() => typeof page.crashfree?.init === 'function')) page.crashfree = api;

for (const { dataset } of tags) {
  if (dataset.dsn === undefined) continue;
  const options = fromAttributes(dataset);
  if ((dataset.events ?? 'false') !== 'false') options.integrations = [lateEvents()];
  init(options);
}

/* Calls that were made before: `crashfree.q.push(['setUser', { id: 42 }])`. */
for (const [name, ...parameters] of calls) {
  const call = new Map<string, unknown>(Object.entries(api)).get(name);
  if (typeof call === 'function') call(...parameters);
}
