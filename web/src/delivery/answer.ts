/**
 * Whether an answer is the server's. A sign-in page to which a tunnel redirects, the page of a captive
 * network and the offline page of a service worker say 200 as well, and nothing was delivered.
 */
import { attempt } from '../platform/attempt';
import { ofDocument } from '../platform/document';

/** How long the beginning of an answer is waited for. */
const FIRST_BYTES_MS = 5000;
/** How much of a body is looked at; some servers send blanks first, in chunks of their own. */
const CHUNKS_MAX = 4;
const CHUNK_MAX = 4096;
/** What Sentry answers to an envelope: the id of an event, or an empty object. */
const RECEIPT = /^\s*\{\s*("id"|\})/;
/** Where a server takes envelopes. */
const ENDPOINT = /(^|\/)api\/\w+\/envelope$/;

/** The path of an address without slashes at its ends; a tunnel may be given as a path of the page. */
const pathOf = (url: string): string =>
  new URL(url, attempt(ofDocument, 'baseURI') as string | undefined).pathname
    .split('/')
    .filter(Boolean)
    .join('/');

/**
 * Whether the answer came from elsewhere than it was asked of. The same path on another host, with or
 * without a slash at the end, and a server's own endpoint are where redirects lead that keep the body.
 */
function isFromElsewhere(response: Response, url: string): boolean {
  const path = response.url && response.url !== url ? attempt(pathOf, response.url) : undefined;
  return path !== undefined && path !== pathOf(url) && !ENDPOINT.test(path);
}

/** The beginning of a body, and no more of it: what could be read in time, or is more than blanks. */
async function beginningOf({ body }: Response, wait: (ms: number) => Promise<void>) {
  const reader = body!.getReader();
  const decoder = new TextDecoder();
  const late = wait(FIRST_BYTES_MS);
  let text = '';
  for (let chunks = 0; chunks < CHUNKS_MAX && !text.trim(); chunks++) {
    const chunk = await Promise.race([reader.read(), late]);
    if (!chunk?.value) break;
    text += decoder.decode(chunk.value.subarray(0, CHUNK_MAX), { stream: true });
  }
  reader.cancel().catch(() => {});
  return text;
}

/** Whether an answer is evidently not the server's. In doubt it is. */
export async function isForeign(
  response: Response,
  url: string,
  wait: (ms: number) => Promise<void>,
): Promise<boolean> {
  const elsewhere = isFromElsewhere(response, url);
  /* Only an answer that says that all is well needs a look at its body. */
  if (!response.ok) return elsewhere;
  const { headers } = response;
  /* A body of known length that says that it is JSON, as servers give it, is taken at its word. */
  const isJson = headers.get('Content-Type')?.includes('json');
  if (!elsewhere && isJson && headers.get('Content-Length')) return false;
  const text = await beginningOf(response, wait);
  return elsewhere ? !RECEIPT.test(text) : /^\s*</.test(text);
}
