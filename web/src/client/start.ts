import { configure } from './configure';
import { createCore, type Core } from '../core/core';
import { clearTimer, setTimer, type Timer } from '../platform/native';
import type { Settings } from '../options/defaults';
import type { Session } from '../options/types';
import { ask } from '../platform/ask';
import type { Transport } from '../delivery/http';

/**
 * Once the page's code that is running has returned, which takes neither a timer nor a task. By way of an
 * async function, as zone.js has promises of its own, which keep an Angular app busy.
 */
async function soon(task: () => void): Promise<void> {
  await undefined;
  task();
}

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
  /** What a page does over and over, for instance in its hook, must not keep it from its next task. */
  let prompt = true;
  /** Where requests go, which is always the same place. */
  let endpoint: string | undefined;

  const wake = () => {
    core._wake();
    changed();
  };
  await createCore(
    {
      _wake(delay) {
        clearTimer(timer);
        if (delay || !prompt) timer = setTimer(wake, delay);
        else {
          prompt = false;
          void soon(wake);
        }
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
            prompt = true;
            core._respond(request, status, core._write(limits), retryAfter);
            changed(status);
          },
          bodyLength,
        );
      },
      _before_send(session, length) {
        const answer = ask(() =>
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
