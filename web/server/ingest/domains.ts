/** What an allowed domain, or the page that sends, says of each part; undefined stands for any. */
type Parts = Record<'scheme' | 'domain' | 'port', string | undefined>;

const part = (text: string | undefined): string | undefined =>
  text === undefined || text === '*' ? undefined : text.toLowerCase();

/** Takes `scheme://domain:port` apart as Relay does, who knows neither default ports nor IPv6. */
function parts(address: string): Parts {
  const [, scheme, host = ''] = /^(?:(.*?):\/\/)?([^/]*)/s.exec(address) ?? [];
  const [, domain, port] = /^([^:]*)(?::(.*))?$/s.exec(host) ?? [];
  return { scheme: part(scheme), domain: part(domain), port: part(port) };
}

/** `*.shop.example` is that domain and all below it. */
const isBelow = (domain: string | undefined, wanted: string): boolean =>
  domain !== undefined &&
  wanted.startsWith('*') &&
  (domain.endsWith(wanted.slice(1)) || domain === wanted.slice(2));

/** Whether a page may send to a project that allows only some domains. */
export function isAllowedOrigin(
  origin: string | undefined,
  allowed: readonly string[] | undefined,
): boolean {
  if (allowed === undefined || origin === undefined) return true;
  const page = parts(origin);
  return allowed.map(parts).some(({ scheme, domain, port }) => {
    if (scheme !== undefined && scheme !== page.scheme) return false;
    if (port !== undefined && port !== page.port) return false;
    return domain === undefined || domain === page.domain || isBelow(page.domain, domain);
  });
}
