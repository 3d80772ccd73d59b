/** Envelopes sent by a function like `fetch`. */
import { listenTo } from '../channels';
import type { ServerAnswer } from '../core';
import { answerOf, isPage, mayBePage, NO_ANSWER, statusAlone, type Post } from './answer';
import { targetOf, type Way } from './way';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Published by Node's own `fetch` when it begins to write a request, and when all is written. */
const WRITING = 'undici:client:sendHeaders';
const WRITTEN = 'undici:request:bodySent';

interface Message {
  request?: { path?: unknown };
  socket?: { unref?(): unknown };
}

/** Paths of requests that the process waits for. Another one may be on its way to the same path. */
const kept: string[] = [];

/** Follows the request to a path on its way; returns a function that ends it. */
function watch(path: string, { left, keeps }: Way): () => void {
  const isOurs = (message: unknown) => (message as Message | undefined)?.request?.path === path;
  /* Until the socket is idle, when `fetch` itself sees to that for whoever uses it next. */
  const onWriting = (message: unknown) => {
    if (isOurs(message) && !kept.includes(path)) (message as Message).socket?.unref?.();
  };
  const onWritten = (message: unknown) => {
    if (isOurs(message)) left();
  };
  if (keeps) kept.push(path);
  const stops = [listenTo(WRITING, onWriting), listenTo(WRITTEN, onWritten)];
  return () => {
    for (const stop of stops) stop();
    if (keeps) kept.splice(kept.indexOf(path), 1);
  };
}

/** Reads what is needed of the body, and lets go of the rest: its socket is free then. */
async function judge(response: Response, answer: ServerAnswer): Promise<ServerAnswer> {
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
  return async (url, body, way) => {
    const stop = own ? watch(targetOf(url), way) : () => {};
    if (!own) way.left();
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        /* A tunnel must not be made to post elsewhere. */
        redirect: 'error',
        signal: way.signal,
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
async function answerByFetch(response: Response | undefined): Promise<ServerAnswer> {
  if (response?.redirected || response?.type === 'opaqueredirect') return NO_ANSWER;
  try {
    const answer = answerOf(+response!.status || 200, (name) => response!.headers.get(name));
    return await judge(response!, answer);
  } catch {
    return statusAlone(+response?.status! || 200);
  }
}
