import type { Client, Status } from './types';

/** A client that counts nothing. */
export function inactive(status: Status): Client {
  return {
    status,
    requestHandler() {},
    middleware:
      () =>
      (...parameters: unknown[]) =>
        (
          parameters.filter((parameter) => typeof parameter === 'function').at(-1) as
            (() => unknown) | undefined
        )?.(),
    wrap: (listener) => listener,
    captureException() {},
    flush: () => Promise.resolve(true),
    close: () => Promise.resolve(true),
  };
}
