import type { Core } from '../core/core';

/** Most calls that are kept until the core is up; a core that never comes must not cost memory without bound. */
const WAITING_MAX = 500;

type Call = (core: Core) => unknown;

/** The core, which starts when it is needed; what happens before is kept for it. */
export interface LazyCore {
  /** The core, if it is up. */
  readonly _up: Core | undefined;
  /** The core, started now if it may be, and up at once if it can be. */
  _need(): Core | undefined;
  /** Calls the core, or keeps the call for it. */
  _run(call: Call): void;
  /** From here on nothing is started or kept. */
  _stop(): void;
}

/**
 * `start` starts the core and hands it over before it returns, if it can; that it may, `canStart` tells.
 * `changed` is called after each call.
 */
export function createLazyCore(
  canStart: () => boolean,
  start: (ready: (core: Core) => void) => void,
  changed: () => void,
): LazyCore {
  let up: Core | undefined;
  let isStarted = false;
  /** The calls that are kept; undefined once none are. */
  let waiting: Call[] | undefined = [];

  const run = (call: Call) => {
    if (up) {
      call(up);
      changed();
    } else if (waiting && waiting.length < WAITING_MAX) waiting.push(call);
  };
  return {
    get _up() {
      return up;
    },
    _need() {
      if (waiting && !isStarted && canStart()) {
        isStarted = true;
        start((core) => {
          const calls = waiting;
          if (!calls) return;
          up = core;
          waiting = undefined;
          calls.forEach(run);
        });
      }
      return up;
    },
    _run: run,
    _stop() {
      waiting = undefined;
    },
  };
}
