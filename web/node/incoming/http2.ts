/** Streams of HTTP/2. */
import type { IncomingMessage } from 'node:http';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { listenTo } from '../channels';
import { isFrom } from '../version';
import { followEvents } from './context';
import { begin } from './begin';

const STARTED = 'http2.server.stream.start';

/** Whether Node publishes on this channel. */
export const hasChannel = (): boolean => isFrom(17, 2);

/** A stream as a request of `node:http` would look, for those who say which ones to ignore. */
const requestOf = (headers: IncomingHttpHeaders): IncomingMessage =>
  ({ url: headers[':path'], method: headers[':method'], headers, httpVersion: '2.0' }) as never;

export function onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  /* Those with an even number are pushed by the server. */
  if (stream.id! % 2 === 0) return;
  begin(headers[':path'] ?? '', requestOf(headers), stream);
  followEvents(stream);
}

function onStart(message: unknown): void {
  const { stream, headers } = message as Record<string, never>;
  onStream(stream!, headers!);
}

/** Counts streams from now on; returns a function that ends it. */
export function followStreams(): () => void {
  return hasChannel() ? listenTo(STARTED, onStart) : () => {};
}
