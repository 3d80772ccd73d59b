/** Proxies that the environment names. */
import { getProxyForUrl } from 'proxy-from-env';
import { isFrom } from '../version';

/** Whether Node's own `fetch` goes through proxies: it does if it can, and is told to. */
function nodeDoes(): boolean {
  const isTold =
    process.env.NODE_USE_ENV_PROXY === '1' ||
    [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').includes('--use-env-proxy');
  return isTold && isFrom(21, 5);
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
