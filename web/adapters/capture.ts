import { perform } from '../src/client/carrier';
import type { CaptureHint } from '../src/types/client';

/** Counts for the client of the page, whichever copy of the package made it; never throws. */
export function captureException(error: unknown, hint?: CaptureHint): void {
  try {
    perform({
      name: 'captureException',
      make: (client) => client.captureException(error, hint),
    });
  } catch {
    /* Of a copy that is not ours. */
  }
}

/**
 * Counts a crash of a framework that does not say whether it awaited what failed: the rules for
 * rejections apply, by which somebody who cancels a request does not crash the page.
 */
export const captureUncaught = (error: unknown): void =>
  captureException(error, { mechanism: { handled: false, type: 'onunhandledrejection' } });
