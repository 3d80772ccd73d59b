import type { IncomingHttpHeaders } from 'node:http';
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
 * Why a request under this name is refused, if it is: the name in the address bar has to be one that no
 * other site can take, as a foreign name may be made to point here.
 */
export function refusedName({ host = '' }: IncomingHttpHeaders, hosts: Hosts): string | undefined {
  if (isAllowed(host, hosts)) return undefined;
  return (
    `This server does not answer to the name ${JSON.stringify(nameOf(host).slice(0, 100))}. ` +
    'Start it with --allowed-host NAME, or with --public-url behind a proxy.'
  );
}

/**
 * Why a request may neither read the collector's data nor change its behaviour; undefined if it
 * may. A page that asks has to come from here, too.
 */
export function refusedCaller(headers: IncomingHttpHeaders, hosts: Hosts): string | undefined {
  const refused = refusedName(headers, hosts);
  if (refused !== undefined) return refused;
  const { host = '', origin } = headers;
  const site = headers['sec-fetch-site'];
  const isForeign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && !isOwnOrigin(origin, host, hosts));
  return isForeign ? 'Only pages of this server may do that.' : undefined;
}
