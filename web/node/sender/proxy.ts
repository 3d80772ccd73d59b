/** Proxies that the environment names. */
import { getProxyForUrl } from 'proxy-from-env';

/** From these versions on Node's own `fetch` goes through proxies if it is told to. */
function nodeDoes(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const can = major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21);
  const told =
    process.env.NODE_USE_ENV_PROXY === '1' ||
    [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').includes('--use-env-proxy');
  return can && told;
}

/** The proxy for an address by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, or nothing. */
export function proxyFor(url: string): string {
  try {
    const proxy = getProxyForUrl(url);
    return URL.canParse(proxy) ? proxy : '';
  } catch {
    return '';
  }
}

/** The proxy that has to be asked by ourselves. */
export const proxyToUse = (url: string): string => (nodeDoes() ? '' : proxyFor(url));
