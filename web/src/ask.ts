/**
 * Calls a function that the page gave as an option. What it throws, or rejects later if it is async, is
 * the page's own affair: it counts as no answer and not as an error of the page.
 */
export function ask<Parameters extends unknown[]>(
  hook: (...parameters: Parameters) => unknown,
  ...parameters: Parameters
): unknown {
  try {
    const answer = hook(...parameters);
    if (typeof (answer as Promise<unknown> | null | undefined)?.then === 'function') {
      (answer as Promise<unknown>).then(undefined, () => {});
    }
    return answer;
  } catch {
    return undefined;
  }
}
