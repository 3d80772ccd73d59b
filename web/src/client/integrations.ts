import { read, type Fetch } from '../delivery/http';
import type { Extension, Integration, Options } from '../types/options';
import { attempt } from '../platform/attempt';
import type { Client } from '../types/client';

/** What integrations add to a client. */
export interface Extensions {
  _setUp(integrations: Integration[], client: Client, options: Options): void;
  _error: NonNullable<Extension['error']>;
  /** Errors about which they could do nothing. */
  _missed: number;
  /** Has them send what waits; resolves when nothing of theirs is on its way any more. */
  _flush(): Promise<unknown>;
  /** Makes a request, through the extensions that take part in requests; the last one added is asked first. */
  _fetch: Fetch;
}

export function createExtensions(fetch: Fetch): Extensions {
  const all: Extension[] = [];
  let send = fetch;
  const extensions: Extensions = {
    _setUp(integrations, client, options) {
      for (const integration of integrations) {
        const added = attempt(() =>
          integration.setup?.(client, { ...options, fetch }, read, (count) => {
            extensions._missed += count;
          }),
        ) as Extension | undefined;
        if (!added) continue;
        const next = send;
        all.push(added);
        if (added.fetch) send = (url, init) => added.fetch!(url, init, next);
      }
    },
    _error: (...told) => all.forEach((extension) => attempt(() => extension.error?.(...told))),
    _missed: 0,
    _flush: () => Promise.allSettled(all.map((extension) => attempt(() => extension.flush?.()))),
    _fetch: (url, init) => send(url, init),
  };
  return extensions;
}
