/** Envelopes sent by a function like `fetch`. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Answer } from '../core';
import { answerOf, isPage, mayBePage, NO_ANSWER, type Post } from './answer';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Published by Node's own `fetch` when all of a request has been written. */
const WRITTEN = 'undici:request:bodySent';

/** Calls `left` when the request to a path is written; returns a function that ends it. */
function watch(path: string, left: () => void): () => void {
  const onWritten = (message: unknown) => {
    const { request } = (message ?? {}) as { request?: { path?: unknown } };
    if (request?.path === path) left();
  };
  subscribe(WRITTEN, onWritten);
  return () => void unsubscribe(WRITTEN, onWritten);
}

/** Reads what is needed of the body, and lets go of the rest: its socket is free then. */
async function judge(response: Response, answer: Answer): Promise<Answer> {
  const { body } = response;
  if (!body) return answer;
  if (!mayBePage(answer, response.headers.get('content-type'))) {
    void body.cancel().catch(() => {});
    return answer;
  }
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const { value } = await reader.read();
  void reader.cancel().catch(() => {});
  return isPage(new TextDecoder().decode(value)) ? NO_ANSWER : answer;
}

/** `own`: it is Node's, which tells when a request has left; of others it is not known. */
export function postByFetch(fetch: Fetch, own: boolean): Post {
  return async (url, body, signal, left) => {
    const { pathname, search } = new URL(url);
    const stop = own ? watch(pathname + search, left) : () => {};
    if (!own) left();
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        /* A tunnel must not be made to post elsewhere. */
        redirect: 'error',
        signal,
      });
      return await answerByFetch(response);
    } catch {
      return NO_ANSWER;
    } finally {
      stop();
    }
  };
}

/** Whatever a function of the app's makes of an answer, there was one. */
async function answerByFetch(response: Response | undefined): Promise<Answer> {
  if (response?.redirected || response?.type === 'opaqueredirect') return NO_ANSWER;
  try {
    const answer = answerOf(+response!.status || 200, (name) => response!.headers.get(name));
    return await judge(response!, answer);
  } catch {
    return { status: +response?.status! || 200 };
  }
}
