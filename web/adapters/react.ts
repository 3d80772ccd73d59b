/** `crashfree/react`: counts what React keeps from the window, and leaves the rest to React. */
import { isRecovered } from '../src/signals/recovered';
import { captureException } from './capture';

/** What React tells beside an error. */
export interface ReactErrorInfo {
  componentStack?: string | null | undefined;
  /** Only there if an error boundary caught the error. */
  errorBoundary?: unknown;
}

function hasRecovered(error: unknown, info: ReactErrorInfo): boolean {
  try {
    /* What React 18 recovered from has a digest, what React 19 did has no components or its message. */
    return (
      'digest' in info || info.componentStack === null || isRecovered((error as Error).message)
    );
  } catch {
    return false;
  }
}

/** What React does itself, for listeners of the page and the console. */
function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
  else
    setTimeout(() => {
      throw error;
    });
}

/**
 * For each of the error options of `createRoot` and `hydrateRoot`, which React has since 19 (since 18
 * `onRecoverableError`). An uncaught error is a crash. One that a boundary caught, or that React
 * recovered from, makes the session errored. The function stands for `callback`; without one React's
 * own behaviour is kept: the console for what was caught, the window's `error` event for the rest.
 *
 * @example
 * createRoot(node, {
 *   onUncaughtError: reactErrorHandler(),
 *   onCaughtError: reactErrorHandler((error, { componentStack }) => console.warn(error, componentStack)),
 *   onRecoverableError: reactErrorHandler(),
 * });
 */
export function reactErrorHandler(
  callback?: (error: unknown, info: ReactErrorInfo) => void,
): (error: unknown, info: ReactErrorInfo) => void {
  return (error, info) => {
    const known = Object(info) as ReactErrorInfo;
    const caught = 'errorBoundary' in known;
    captureException(error, { handled: caught || hasRecovered(error, known) });
    if (typeof callback === 'function') callback(error, info);
    else if (caught) console.error(error);
    else report(error);
  };
}
