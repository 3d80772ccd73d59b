import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Under which names the server may be called. */
export interface Hosts {
  /** Names that are allowed besides localhost and IP addresses. */
  allowed: readonly string[];
  /** The address that people use, if a proxy stands in front. */
  publicUrl?: URL;
}

/** The name without its port. */
const nameOf = (host: string): string => host.replace(/:\d+$/, '').toLowerCase();

const isLocalName = (name: string): boolean =>
  name === 'localhost' || name.endsWith('.localhost') || isIP(name.replace(/^\[(.*)\]$/, '$1')) > 0;

/** Whether an address binds to this machine only. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '');
  return (
    address === 'localhost' || address === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
  );
}

function isAllowed(host: string, { allowed, publicUrl }: Hosts): boolean {
  const name = nameOf(host);
  if (isLocalName(name) || host.toLowerCase() === publicUrl?.host) return true;
  return allowed.some((entry) => [name, host.toLowerCase()].includes(entry.toLowerCase()));
}

/** Whether a page of this origin is one of ours. */
function isOwnOrigin(origin: string, host: string, hosts: Hosts): boolean {
  if (origin === `http://${host}` || origin === hosts.publicUrl?.origin) return true;
  // A proxy that ends TLS keeps the name, which somebody allowed by hand.
  return origin === `https://${host}` && !isLocalName(nameOf(host)) && isAllowed(host, hosts);
}

/**
 * Why a request may neither read the collector's data nor change its behaviour; undefined if it
 * may. The name in the address bar has to be one that no other site can take (a foreign name may
 * be made to point here), and a page that asks has to come from here.
 */
export function refusedCaller({ headers }: IncomingMessage, hosts: Hosts): string | undefined {
  const { host = '', origin } = headers;
  if (!isAllowed(host, hosts)) {
    return (
      `This server does not answer to the name ${JSON.stringify(nameOf(host).slice(0, 100))}. ` +
      'Start it with --allowed-host NAME, or with --public-url behind a proxy.'
    );
  }
  const site = headers['sec-fetch-site'];
  const isForeign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && !isOwnOrigin(origin, host, hosts));
  return isForeign ? 'Only pages of this server may do that.' : undefined;
}

/** The same for whoever only opens a page. */
export function refusedName(host: string | undefined, hosts: Hosts): string | undefined {
  return refusedCaller({ headers: { host } } as IncomingMessage, hosts);
}
