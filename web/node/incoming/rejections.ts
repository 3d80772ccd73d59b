/**
 * Rejections that a server handles itself: with `captureRejections` it answers 500, or closes, in place of
 * a listener that rejects, and nobody else hears of the error.
 */
import { captureRejectionSymbol } from 'node:events';
import { attempt } from '../../src/platform/attempt';

type Handle = (this: unknown, error: unknown, event: string, ...parameters: unknown[]) => unknown;

interface Server {
  [captureRejectionSymbol]?: Handle;
}

/** Servers that have been seen. */
const known = new WeakSet<object>();

/**
 * Has `told` hear of such errors, once for each server, before the server's class, or the app's own method
 * in its place, does what it would.
 */
export function followRejections(
  server: object,
  told: (error: unknown, request: unknown) => void,
): void {
  if (known.has(server)) return;
  known.add(server);
  const handle = (server as Server)[captureRejectionSymbol];
  if (typeof handle !== 'function') return;
  Object.defineProperty(server, captureRejectionSymbol, {
    configurable: true,
    writable: true,
    value: function (this: unknown, ...[error, event, ...parameters]: Parameters<Handle>) {
      /* All events that are about a request have it, or its stream, as their first parameter. */
      attempt(told, error, parameters[0]);
      return handle.call(this, error, event, ...parameters);
    } satisfies Handle,
  });
}
