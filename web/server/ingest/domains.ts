/** Whether a page may send to a project that allows only some domains. */
export function isAllowedOrigin(
  origin: string | undefined,
  allowed: readonly string[] | undefined,
): boolean {
  if (allowed === undefined || origin === undefined) return true;
  const { protocol, hostname, port } = new URL(origin);
  return allowed.some((entry) => {
    if (entry === '*') return true;
    const [, scheme, host = '', wantedPort] =
      /^(?:([a-z]+):\/\/)?(.*?)(?::(\d+))?$/i.exec(entry) ?? [];
    if (scheme !== undefined && `${scheme.toLowerCase()}:` !== protocol) return false;
    if (wantedPort !== undefined && wantedPort !== portOf(protocol, port)) return false;
    const name = host.toLowerCase();
    if (!name.startsWith('*.')) return hostname === name;
    return hostname === name.slice(2) || hostname.endsWith(name.slice(1));
  });
}

const portOf = (protocol: string, port: string): string =>
  port || (protocol === 'https:' ? '443' : '80');
