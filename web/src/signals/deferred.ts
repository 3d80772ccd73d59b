/**
 * What happened on the page but is judged a moment later: a change of location when its task is
 * over, an error when all its listeners ran, a rejection when it may have been handled.
 */
export interface Deferred {
  /**
   * Runs `judge` after `delay` ms; 0 is a task of its own, as soon as possible. With `boundary` what
   * was pushed before is judged first, as it belongs to the session that ends here. Returns a
   * function that cancels it.
   */
  _push(judge: () => void, delay: number, boundary?: boolean): () => void;
  /** Judges everything now, in order. */
  _settle(): void;
  /** Whether `judge` is the last one that waits; without it, whether none does. */
  _endsWith(judge?: () => void): boolean;
}

export function createDeferred(): Deferred {
  let waiting: (() => void)[] = [];
  const soon: (() => void)[] = [];
  /* Not a timer: that would let a navigation join the one of the task before. */
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => soon.shift()!();

  const cancel = (judge: () => void) => {
    waiting = waiting.filter((other) => other !== judge);
  };

  return {
    _push(judge, delay, boundary) {
      waiting.push(judge);
      const due = () => {
        while (boundary && waiting.includes(judge) && waiting[0] !== judge) waiting.shift()!();
        if (waiting.includes(judge)) {
          cancel(judge);
          judge();
        }
      };
      if (delay) setTimeout(due, delay);
      else {
        soon.push(due);
        port2.postMessage(0);
      }
      return () => cancel(judge);
    },
    _settle() {
      while (waiting.length) waiting.shift()!();
    },
    _endsWith: (judge) => waiting[waiting.length - 1] === judge,
  };
}
