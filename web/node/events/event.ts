/** Events of a server. */
import type { IncomingMessage } from 'node:http';
import { eventOf, type ErrorEvent } from '../../src/events/event';
import { attempt } from '../../src/platform/attempt';
import { textOf } from '../../src/platform/text';
import type { Failure } from '../incoming/begin';

const MECHANISMS = {
  exception: 'auto.node.onuncaughtexception',
  rejection: 'auto.node.onunhandledrejection',
} as const;

/** What is no code of the app's. */
const FOREIGN = /^node:|[\\/]node_modules[\\/]/;
/** What makes an address of a path; one of Windows begins with its drive. */
const ADDRESS = /^file:\/\/(\/(?=\w:))?/;

/** Headers that say who asks; others may hold secrets. */
const HEADERS = ['User-Agent', 'Referer'];

interface Asked extends IncomingMessage {
  /** What Express and Connect leave of a path that they cut. */
  originalUrl?: string;
}

function requestOf(request: Asked, sendDefaultPii: boolean): ErrorEvent['request'] {
  const header = (name: string) => textOf(() => String(request.headers[name.toLowerCase()] ?? ''));
  const target = textOf(() => request.originalUrl ?? request.url);
  const [path = '', query] = target.split(/\?(.*)/s);
  const isSecure = attempt(() => (request.socket as { encrypted?: boolean }).encrypted) === true;
  const host = header('host') || header(':authority');
  const headers = HEADERS.map((name) => [name, header(name)]).filter(([, value]) => value);
  const cookies = sendDefaultPii ? header('cookie') : '';
  return {
    method: textOf(() => request.method),
    url: host && path.startsWith('/') ? `http${isSecure ? 's' : ''}://${host}${path}` : path,
    headers: Object.fromEntries(headers) as Record<string, string>,
    ...(sendDefaultPii && query && { query_string: query }),
    ...(cookies && { cookies }),
  };
}

const pathOf = (file: string): string =>
  ADDRESS.test(file) ? (attempt(() => decodeURI(file)) ?? file).replace(ADDRESS, '') : file;

/** Files as paths, as source maps of servers are uploaded for them. */
function named(event: ErrorEvent): ErrorEvent {
  for (const { stacktrace } of event.exception.values) {
    for (const frame of stacktrace?.frames ?? []) {
      if (frame.filename === undefined) continue;
      frame.in_app &&= !FOREIGN.test(frame.filename);
      frame.filename = pathOf(frame.filename);
    }
  }
  for (const image of event.debug_meta?.images ?? []) image.code_file = pathOf(image.code_file);
  return event;
}

/** What all events of a client have in common. */
export interface EventAttributes {
  release: string;
  environment: string;
}

/** The event of an error that happened while a request was answered, or while none was. */
export function nodeEventOf(
  error: unknown,
  { handled, origin }: Failure,
  request: IncomingMessage | undefined,
  { release, environment }: EventAttributes,
  sendDefaultPii: boolean,
): ErrorEvent {
  const asked = request && attempt(() => requestOf(request, sendDefaultPii));
  return named(
    eventOf(
      error,
      { handled, isRejection: origin === 'rejection' },
      {
        mechanism: origin ? MECHANISMS[origin] : 'generic',
        sendDefaultPii,
        platform: 'node',
        level: origin === 'exception' ? 'fatal' : 'error',
        release,
        ...(environment && { environment }),
        ...(asked && { request: asked }),
        contexts: { runtime: { name: 'node', version: process.version } },
      },
    ),
  );
}
