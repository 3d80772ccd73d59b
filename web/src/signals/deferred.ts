/**
 * What happened on the page but is judged a moment later: a change of location when its task is
 * over, an error when all its listeners ran, a rejection when it may have been handled.
 */

/**
 * Has something judged after `delay` ms; 0 is a task of its own, as soon as possible. A change of
 * location says where `to`; changes in a row are one, and what happened before is judged with it, as
 * it belongs to the session before.
 */
export type Defer = (judge: (to: URL) => void, delay: number, to?: URL) => void;

/** What is deferred `inTurn` is judged at once if nothing waits; `settle` judges all, in order. */
export type Deferred = [
  defer: Defer,
  inTurn: (judge: () => void, delay: number) => void,
  settle: () => void,
];

interface Entry {
  _judge: (to: URL) => void;
  _delay: number;
  _to: URL | undefined;
}

export function createDeferred(): Deferred {
  const waiting = new Set<Entry>();
  let last: Entry | undefined;

  const take = (entry: Entry) => waiting.delete(entry) && entry._judge(entry._to!);
  const due = (entry: Entry) =>
    entry._to ? waiting.forEach((other) => waiting.has(entry) && take(other)) : take(entry);

  const judgeDue = () => waiting.forEach((entry) => entry._delay || due(entry));
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = judgeDue;

  /* After a delay, too: what a busy page could not tell in time waits behind its timer. */
  const expire = (entry: Entry) => {
    entry._delay = 0;
    /* What comes first. Timers that are overdue overtake another one, and a navigation would join that
     * of the task before; WebKit's messages take their time on a busy machine, with the same effect. */
    port2.postMessage(0);
    setTimeout(judgeDue);
  };

  const defer: Defer = (judge, delay, to) => {
    if (to && last?._to && waiting.has(last)) {
      last._to = to;
      return;
    }
    last = { _judge: judge, _delay: delay, _to: to };
    waiting.add(last);
    if (delay) setTimeout(expire, delay, last);
    else expire(last);
  };

  return [
    defer,
    (judge, delay) => (waiting.size ? defer(judge, delay) : judge()),
    () => waiting.forEach(take),
  ];
}
