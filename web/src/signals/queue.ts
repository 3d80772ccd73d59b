/**
 * What happened on the page but is judged a moment later: a change of location when its task is
 * over, an error when all its listeners ran, a rejection when it may have been handled.
 */
import { setTimer } from '../platform/native';
import { createPost, type Post } from './task';

export interface Fact {
  /** When it happened, by the clock of `platform/clock.ts`. */
  _at: number;
  /** How long it waits, in ms; 0 is a task of its own, as soon as possible. */
  _wait: number;
  /** What happened before it belongs to another session, and is judged first. */
  _divides: boolean;
  _judge(): void;
  /** Its wait is over, and it is judged in the next task. */
  _isReady?: boolean;
}

export interface Queue {
  _add(fact: Fact): void;
  /** Judges all facts now, in order. */
  _settle(): void;
  /** Forgets a fact that turned out to be none, such as a rejection that was handled. */
  _forget(fact: Fact): void;
  /** The facts that wait, in the order in which they happened. */
  readonly _waiting: readonly Fact[];
  _close(): void;
}

/** Most facts that wait; beyond it the oldest one is judged at once, so that a storm of errors takes no memory. */
const WAITING_MAX = 200;

export function createQueue(): Queue {
  const waiting: Fact[] = [];
  let post: Post | undefined;

  const forget = (fact: Fact) => {
    const index = waiting.indexOf(fact);
    if (index >= 0) waiting.splice(index, 1);
    return index >= 0;
  };
  const take = (fact: Fact) => {
    if (forget(fact)) fact._judge();
  };
  const judgeReady = () => {
    for (const fact of [...waiting]) {
      if (!fact._isReady) continue;
      if (fact._divides) waiting.slice(0, waiting.indexOf(fact)).forEach(take);
      take(fact);
    }
  };
  /* A task of its own comes after the wait, too: what a busy page could not tell in time stands behind the timer. */
  const expire = (fact: Fact) => {
    if (!waiting.includes(fact)) return;
    fact._isReady = true;
    (post ??= createPost(judgeReady))._send();
  };

  return {
    _waiting: waiting,
    _forget: forget,
    _add(fact) {
      /* Facts stand in the order in which they happened, which need not be the one in which they are told. */
      let index = waiting.length;
      while (index > 0 && waiting[index - 1]!._at > fact._at) index--;
      waiting.splice(index, 0, fact);
      if (fact._wait) setTimer(() => expire(fact), fact._wait);
      else expire(fact);
      if (waiting.length > WAITING_MAX) take(waiting[0]!);
    },
    _settle() {
      [...waiting].forEach(take);
    },
    _close: () => post?._close(),
  };
}
