import { call } from '../src/carrier';
import type { CaptureHint } from '../src/client/types';

/** Counts for the client of the page, whichever copy of the package made it; never throws. */
export function captureException(error: unknown, hint?: CaptureHint): void {
  try {
    call('captureException', error, hint);
  } catch {
    /* Of a copy that is not ours. */
  }
}
