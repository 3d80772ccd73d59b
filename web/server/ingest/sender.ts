import { ParseError } from '../wire/fields.js';
import { JsonError, parseJson } from '../wire/json.js';
import { parseUrl } from '../wire/url.js';
import { readable, readAuth } from './auth.js';
import { MAX_HEADER_BYTES, overlong, parseHeader } from './envelope.js';
import { readSender } from './header.js';
import { Reject } from './reject.js';
import type { Route } from './route.js';

/** Who sends, and for which project. */
export interface Sender {
  /** Empty if nobody can say. */
  project: string;
  key: string;
  client?: string;
  /** The page that sends, as a whole URL; undefined if the request does not say. */
  origin?: string;
  /** Why the request is refused before its envelope is looked at. */
  flaw?: Reject;
}

const LF = 0x0a;

/** The page that sends: by Origin, else by Referer; only http and https count. */
function originOf(headers: Record<string, string>): string | undefined {
  for (const name of ['origin', 'referer']) {
    const value = readable(headers[name]);
    const url = /^https?:/i.test(value) ? parseUrl(value) : undefined;
    if (url !== undefined) return url.href;
  }
  return undefined;
}

/** A tunnel sends no project in the URL; it is in the DSN of the envelope header. */
function tunnelSender(body: Uint8Array): Pick<Sender, 'project' | 'key'> {
  try {
    const { dsn } = parseHeader(body).header;
    if (dsn !== undefined) return dsn;
  } catch (error) {
    if (!(error instanceof Reject || error instanceof ParseError)) throw error;
  }
  throw new Reject(
    400,
    'A tunnel finds the project in the "dsn" of the envelope header, and there is none.',
  );
}

/** Where neither address nor headers name a key, the first line of the envelope has to. */
function headerSender(body: Uint8Array): Pick<Sender, 'project' | 'key' | 'origin'> {
  const end = body.indexOf(LF);
  const line = end < 0 ? body : body.subarray(0, end);
  if (line.length > MAX_HEADER_BYTES) throw overlong();
  try {
    const { dsn, origin } = readSender(parseJson(line));
    return origin === undefined ? dsn : { ...dsn, origin };
  } catch (error) {
    if (!(error instanceof ParseError || error instanceof JsonError)) throw error;
    throw new Reject(
      401,
      `No key: neither in the URL, nor in a header, nor as "dsn" of the envelope: ${error.message}`,
    );
  }
}

/** Finds out who sends. Whatever is wrong with it is the flaw of the sender. */
export function findSender(
  route: Route,
  headers: Record<string, string>,
  body: Uint8Array | Reject,
): Sender {
  const origin = originOf(headers);
  const sender: Sender = { project: route.project, key: '' };
  if (origin !== undefined) sender.origin = origin;
  try {
    if (route.flaw !== undefined) throw route.flaw;
    const auth = readAuth(route.query, headers);
    if (body instanceof Reject) throw body;
    if (route.isTunnel) Object.assign(sender, tunnelSender(body));
    else if (auth !== undefined) Object.assign(sender, auth);
    else Object.assign(sender, headerSender(body), origin === undefined ? {} : { origin });
  } catch (error) {
    if (!(error instanceof Reject)) throw error;
    sender.flaw = error;
  }
  return sender;
}
