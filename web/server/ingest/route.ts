import { parseProject } from './dsn.js';
import { Reject } from './reject.js';

/** Where a request is meant to go. */
export interface Route {
  /** The project; empty if the address names none, as that of a tunnel. */
  project: string;
  /** A tunnel names the project in the envelope, not in its address. */
  isTunnel: boolean;
  /** The query string without its question mark. */
  query: string;
  /** Why a Relay does not take requests at this address. */
  flaw?: Reject;
}

const TUNNEL = /\/tunnel\/?$/;
const ENVELOPE = /^\/api\/([^/]+)\/envelope\/$/;
/** Addresses that look like it, but are not Relay's: with a prefix, or without the last slash. */
const ALMOST = /^(.*)\/api\/(\d+)\/envelope(\/?)$/;

function split(address: string): { path: string; query: string } {
  const target = address.replace(/^https?:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  return { path: path.replace(/\/{2,}/g, '/'), query: at < 0 ? '' : target.slice(at + 1) };
}

/** Whether an address is meant for the ingest endpoints, rightly spelled or not. */
export function isIngest(address: string): boolean {
  const { path } = split(address);
  return ENVELOPE.test(path) || ALMOST.test(path) || TUNNEL.test(path);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Reads an address as Relay does: it folds repeated slashes and minds the case. */
export function readRoute(address: string): Route {
  const { path, query } = split(address);
  const name = ENVELOPE.exec(path)?.[1];
  if (name !== undefined) {
    const project = parseProject(decoded(name));
    if (project !== undefined) return { project, isTunnel: false, query };
    const flaw = new Reject(400, 'PROJECT in /api/PROJECT/envelope/ must be a number.');
    return { project: '', isTunnel: false, query, flaw };
  }
  if (TUNNEL.test(path)) return { project: '', isTunnel: true, query: '' };
  const [, prefix, project = '', slash] = ALMOST.exec(path) ?? [];
  const flaw = new Reject(
    404,
    prefix
      ? `A Relay has no address with a prefix such as ${prefix.slice(0, 100)}; a proxy has to take it off.`
      : slash === ''
        ? 'The address of a Relay ends in a slash: /api/PROJECT/envelope/.'
        : 'Envelopes go to /api/PROJECT/envelope/, where PROJECT is a number.',
  );
  return { project, isTunnel: false, query, flaw };
}
