import { configure } from './configure-core';
import { createCore, type Core } from '../core/core';
import { clearTimer, setTimer, type Timer } from '../platform/native';
import type { Settings } from '../options/defaults';
import type { Session } from '../types/options';
import { attempt } from '../platform/attempt';
import type { Transport } from '../delivery/http';

/**
 * Starts a core with its options, timer and network. `ready` is called when it is up, at once where
 * possible; `changed` after what it did on its own. Throws or rejects where it cannot run.
 */
export async function startCore(
  transport: Transport,
  settings: Settings,
  ready: (core: Core) => void,
  changed: (status?: number) => void,
): Promise<void> {
  let core: Core;
  let timer: Timer | undefined;
  /** The address of all requests, which never changes, so that it is read from the memory once. */
  let endpoint: string | undefined;

  await createCore(
    {
      _wake(delay) {
        clearTimer(timer);
        timer = setTimer(() => {
          core._wake();
          changed();
        }, delay);
      },
      _fetch(request, url, urlLength, body, bodyLength, mode) {
        /* What `changed` saves takes the place of the body. */
        const text = core._read(bodyLength, body);
        /* Before it leaves: what is on its way counts as delivered. */
        changed();
        transport._send(
          (endpoint ??= core._read(urlLength, url)),
          text,
          mode,
          (status, limits = '', retryAfter) => {
            core._respond(request, status, core._write(limits), retryAfter);
            changed(status);
          },
          bodyLength,
        );
      },
      _before_send(session, length) {
        const answer = attempt(() =>
          settings.beforeSendSession(JSON.parse(core._read(length, session)) as Session),
        );
        return answer !== false && answer !== null;
      },
    },
    (started) => {
      core = started;
      configure(core, settings);
      ready(core);
    },
  );
}
