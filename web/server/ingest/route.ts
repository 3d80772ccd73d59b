import { parseEnvelope } from './envelope.js';

const BASE = 'http://localhost/';
const PATH = /^(?:\/.*)?\/api\/([0-9]+)\/envelope\/?$/;

/** Where a request is meant to go. */
export interface Route {
  /** The project; empty if the address names none. */
  project: string;
  /** A tunnel names the project in the envelope, not in its address. */
  isTunnel: boolean;
  /** The query string with its question mark. */
  query: string;
}

export function readRoute(address: string, body: Uint8Array): Route {
  const url = URL.canParse(address, BASE) ? new URL(address, BASE) : new URL(BASE);
  const isTunnel = /\/tunnel\/?$/.test(url.pathname);
  const project = isTunnel ? tunnelProject(body) : (PATH.exec(url.pathname)?.[1] ?? '');
  return { project, isTunnel, query: isTunnel ? '' : url.search };
}

/** A tunnel sends no project in the URL; it is in the DSN of the envelope header. */
function tunnelProject(body: Uint8Array): string {
  try {
    return parseEnvelope(body).header.dsn?.project ?? '';
  } catch {
    return '';
  }
}
