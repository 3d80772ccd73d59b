/**
 * Calls a function whose failure must stay its own: one that the page or the app gave as an option, or one
 * of ours that touches what they may have broken, replaced or taken away. Returns what it returns, and
 * undefined if it throws. If it is async, what it rejects with later is not reported either.
 */
export function attempt<Parameters extends unknown[], Result>(
  call: (...parameters: Parameters) => Result,
  ...parameters: Parameters
): Result | undefined {
  try {
    const result = call(...parameters);
    if (typeof (result as Promise<unknown> | null | undefined)?.then === 'function') {
      (result as Promise<unknown>).then(undefined, () => {});
    }
    return result;
  } catch {
    return undefined;
  }
}
