import { configure } from './configure';
import { createCore, type Core } from './core';
import type { Session, Settings } from './options';
import type { Transport } from './transport';

/**
 * Starts a core with its options, timer and network. `ready` is called when it is up, at once where
 * possible; `changed` after what it did on its own. Throws or rejects where it cannot run.
 */
export function startCore(
  transport: Transport,
  settings: Settings,
  ready: (core: Core) => void,
  changed: (status?: number) => void,
): void | Promise<void> {
  let core: Core;
  let timer: ReturnType<typeof setTimeout> | undefined;

  return createCore(
    {
      _wake(delay) {
        clearTimeout(timer);
        timer = setTimeout(() => {
          core._wake();
          changed();
        }, delay);
      },
      _fetch(request, url, urlLength, body, bodyLength, atExit) {
        /* What `changed` saves takes the place of the body. */
        const text = core._read(bodyLength, body);
        /* Before it leaves: what is on its way counts as delivered. */
        changed();
        transport._send(
          core._read(urlLength, url),
          text,
          atExit,
          (status, limits = '', retryAfter) => {
            core._respond(request, status, core._write(limits), retryAfter);
            changed(status);
          },
        );
      },
      _before_send(session, length) {
        try {
          const item = JSON.parse(core._read(length, session)) as Session;
          return ![false, null].includes(settings.beforeSendSession(item) as boolean | null);
        } catch {
          return true;
        }
      },
    },
    (started) => {
      core = started;
      configure(core, settings);
      ready(core);
    },
  );
}
