/** `crashfree/svelte`: counts the errors that Svelte and SvelteKit keep from the window. */
import { captureException, captureUncaught } from './capture';

/** What SvelteKit gives its `handleError` hook. */
export interface HandleErrorInput {
  error: unknown;
  status?: number;
  /** Since SvelteKit 3. */
  kind?: string;
}

/**
 * For `<svelte:boundary onerror={…}>`: the boundary recovered, so the session is errored. The function
 * stands for `callback`. Svelte writes nothing to the console for an error that a boundary caught.
 * @example <svelte:boundary onerror={svelteErrorHandler()}>
 */
export function svelteErrorHandler<Rest extends unknown[]>(
  callback?: (error: unknown, ...rest: Rest) => void,
): (error: unknown, ...rest: Rest) => void {
  return (error, ...rest) => {
    captureException(error);
    if (typeof callback === 'function') callback(error, ...rest);
  };
}

const isRefusal = (status: unknown) => Number(status) >= 400 && Number(status) < 500;

/** Whether the app said no on purpose: a page that does not exist, input that is refused. */
function isExpected({ error, status, kind }: HandleErrorInput): boolean {
  try {
    if (kind === 'unknown' || kind === 'validation') return kind === 'validation';
    return (
      (!kind && isRefusal(status)) || isRefusal((Object(error) as { status?: unknown }).status)
    );
  } catch {
    /* What cannot be looked at was not on purpose. */
    return false;
  }
}

/**
 * For `handleError` in `src/hooks.client.js`: an unexpected error, for which SvelteKit shows its error
 * page, is a crash. The function stands for `handleError`; without one the error is written to the
 * console, as SvelteKit does on its own.
 * @example export const handleError = handleErrorWithCrashfree();
 */
export function handleErrorWithCrashfree<Input extends HandleErrorInput, Result = void>(
  handleError?: (input: Input) => Result,
): (input: Input) => Result {
  return (input) => {
    if (!isExpected(Object(input) as Input)) captureUncaught(input?.error);
    if (typeof handleError === 'function') return handleError(input);
    console.error(input?.error);
    return undefined as Result;
  };
}
