/**
 * Calls a function that the page gave as an option, or one that looks at what the page may have broken or
 * markup has taken the name of. What it throws, or rejects later if it is async, is the page's own affair:
 * it counts as no answer and not as an error of the page.
 */
export function ask<Parameters extends unknown[], Answer>(
  question: (...parameters: Parameters) => Answer,
  ...parameters: Parameters
): Answer | undefined {
  try {
    const answer = question(...parameters);
    if (typeof (answer as Promise<unknown> | null | undefined)?.then === 'function') {
      (answer as Promise<unknown>).then(undefined, () => {});
    }
    return answer;
  } catch {
    return undefined;
  }
}
