import { call } from '../src/carrier';
import type { CaptureHint } from '../src/client/client';

/** Counts for the client of the page, whichever copy of the package made it. */
export const captureException = (error: unknown, hint?: CaptureHint): void =>
  call('captureException', error, hint);
