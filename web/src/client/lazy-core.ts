import type { Core } from '../core/core';

/** Most calls that are kept until the core is up; a core that never comes must not cost memory without bound. */
const WAITING_MAX = 500;

type Call = (core: Core) => unknown;

/** The core, which starts when it is needed; what happens before is kept for it. */
export interface LazyCore {
  /** The core, if it is up. */
  readonly _up: Core | undefined;
  /** The core, started now if it can be at once. */
  _need(): Core | undefined;
  /** Calls the core, or keeps the call for it. */
  _run(call: Call): void;
  /** From here on nothing is started or kept. */
  _stop(): void;
}

/**
 * `start` starts the core and hands it over before it returns, if it can. `changed` is called after
 * each call.
 */
export function createLazyCore(
  start: (ready: (core: Core) => void) => void,
  changed: () => void,
): LazyCore {
  let up: Core | undefined;
  let started = false;
  let stopped = false;
  let waiting: Call[] = [];

  const run = (call: Call) => {
    if (up) {
      call(up);
      changed();
    } else if (!stopped && waiting.length < WAITING_MAX) waiting.push(call);
  };
  return {
    get _up() {
      return up;
    },
    _need() {
      if (!started && !stopped) {
        started = true;
        start((core) => {
          if (stopped) return;
          up = core;
          const calls = waiting;
          waiting = [];
          calls.forEach(run);
        });
      }
      return up;
    },
    _run: run,
    _stop() {
      stopped = true;
      waiting = [];
    },
  };
}
