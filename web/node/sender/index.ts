/** Ways for envelopes to leave the process. */
import type { ServerAnswer } from '../core';
import { NO_ANSWER, type Post } from './answer';
import { postByFetch, type Fetch } from './fetch';
import { post } from './http';
import { proxyFor, proxyToUse } from './proxy';
import { postNow } from './sync';
import { wayWithin } from './way';

export type { Fetch } from './fetch';

export interface Sender {
  post: Post;
  /** Sends several envelopes as the process ends, and waits for their answers, for `timeout` ms at most. */
  postNow(url: string, bodies: string[], timeout: number): ServerAnswer[];
}

/** By a function that the app gave: it alone may know the way, so it is asked at the end, too. */
function senderBy(fetch: Fetch): Sender {
  const byFetch = postByFetch(fetch, false);
  return {
    post: byFetch,
    postNow: (url, bodies) =>
      bodies.map((body) => {
        void byFetch(url, body, wayWithin(1));
        return NO_ANSWER;
      }),
  };
}

/** By Node's `fetch`, or by ourselves where there is none or where it would not use a proxy. */
function ownSender(url: string): Sender {
  const proxy = proxyToUse(url);
  const { fetch } = globalThis as { fetch?: Fetch };
  return {
    post:
      fetch && !proxy
        ? postByFetch(fetch, true)
        : (address, body, way) => new Promise((done) => post(address, body, proxy, way, done)),
    postNow: (address, bodies, timeout) => postNow(address, bodies, proxyFor(address), timeout),
  };
}

export const createSender = (url: string, fetch: Fetch | undefined): Sender =>
  fetch ? senderBy(fetch) : ownSender(url);
