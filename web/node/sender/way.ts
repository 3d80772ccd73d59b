/** How an envelope is sent, and how long its answer may take. */

/** A request that got no answer by then is given up. */
export const ANSWER_MS = 10_000;
/** The same at the end of a process, which must not be kept alive. */
export const LAST_WORD_MS = 2000;

/** Path and query of an address: what the request line of a request to it says. */
export function targetOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

export interface Way {
  /** Says when it is given up. */
  signal: AbortSignal;
  /** Called when it is certain to have left the process. */
  left(): void;
  /** Whether a process that has nothing else to do waits for the answer. */
  keeps: boolean;
}

/** The way of an envelope that is given up after `timeout` ms: who gives it less than usual is ending. */
export const wayWithin = (timeout: number, left = () => {}): Way => ({
  signal: AbortSignal.timeout(timeout),
  left,
  keeps: timeout < ANSWER_MS,
});
