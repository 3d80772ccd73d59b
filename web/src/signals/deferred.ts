/**
 * What happened on the page but is judged a moment later: a change of location when its task is
 * over, an error when all its listeners ran, a rejection when it may have been handled.
 */
export interface Pending {
  (): void;
  /** Where the page went. What happened before is judged first: it belongs to the session before. */
  _to?: URL;
}

export interface Deferred {
  /** Has something judged after `delay` ms; 0 is a task of its own, as soon as possible. */
  _push(judge: Pending, delay: number): void;
  /** Judges everything now, in order. */
  _settle(): void;
  /** The last that waits, if any does. */
  _last(): Pending | undefined;
}

export function createDeferred(): Deferred {
  const waiting: Pending[] = [];
  const soon: (() => void)[] = [];
  /* Not a timer: that would let a navigation join the one of the task before. */
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => soon.shift()!();

  return {
    _push(judge, delay) {
      const due = () => {
        while (judge._to && waiting.includes(judge)) waiting.shift()!();
        const index = waiting.indexOf(judge);
        if (index >= 0) waiting.splice(index, 1)[0]!();
      };
      waiting.push(judge);
      if (delay) setTimeout(due, delay);
      else {
        soon.push(due);
        port2.postMessage(0);
      }
    },
    _settle() {
      while (waiting.length) waiting.shift()!();
    },
    _last: () => waiting[waiting.length - 1],
  };
}
