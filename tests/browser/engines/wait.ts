import { setTimeout as delay } from 'node:timers/promises';

/** How long tests wait for what has to happen: a machine that does much else takes its time. */
export const PATIENCE_MS = 60_000;

/**
 * How long until the next question: a tenth of the time that was waited already. Questions are work, and many
 * pages that wait at once would take it from what they wait for.
 */
const pollMs = (waitedMs: number): number => Math.min(Math.max(waitedMs / 10, 20), 250);
/** A question that a browser has lost is asked again after this time. */
const ANSWER_MS = 5000;

/**
 * Polls a remote condition. Browsers answer with an error, or not at all, while a document is being
 * replaced, so both count as "not yet"; the last error is told when the time is over.
 */
export async function until(
  what: string,
  check: () => Promise<unknown>,
  timeoutMs = PATIENCE_MS,
  answerMs = ANSWER_MS,
): Promise<void> {
  const begin = Date.now();
  let last: unknown;
  for (;;) {
    try {
      if (await within(what, check(), answerMs)) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    const waitedMs = Date.now() - begin;
    if (waitedMs > timeoutMs) {
      throw new Error(`timed out after ${timeoutMs} ms: ${what}`, { cause: last });
    }
    await delay(pollMs(waitedMs));
  }
}

/** Fails loudly instead of hanging when a browser stops answering. */
export async function within<T>(
  what: string,
  work: Promise<T>,
  timeoutMs = PATIENCE_MS,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer after ${timeoutMs} ms: ${what}`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
