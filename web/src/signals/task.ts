import { attempt } from '../platform/attempt';
import { setTimer } from '../platform/native';
import { createListeners } from './listeners';

/** A task of its own, as soon as possible. */
export interface Post {
  _send(): void;
  /** Lets go of what would keep a process alive that only pretends to be a page. */
  _close(): void;
}

/**
 * Calls `done` in a task of its own after each `send`. A message comes first: timers that are overdue
 * overtake one another, so that what two of them did would seem to be one thing. WebKit, which has no
 * idle callbacks either, delivers messages late on a busy machine and gets a timer as well.
 */
export function createPost(done: () => void): Post {
  const ports = attempt(() => {
    const made = new window.MessageChannel();
    createListeners()._on(made.port1, 'message', done);
    made.port1.start();
    return made;
  });
  /* The browser has no MessageChannel, or the page one of its own that does not work. */
  if (!ports) return { _send: () => void setTimer(done), _close() {} };
  const { port1, port2 } = ports;
  const late = typeof window.requestIdleCallback !== 'function';
  return {
    _send() {
      port2.postMessage(0);
      if (late) setTimer(done);
    },
    _close: () => port1.close(),
  };
}
