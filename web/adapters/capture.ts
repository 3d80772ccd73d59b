import type { CaptureHint } from '../src/client';
import { clientsOf } from '../src/registry';

/** Counts for the first client of the page, whichever copy of the package made it. */
export function captureException(error: unknown, hint?: CaptureHint): void {
  if (typeof window === 'undefined') return;
  const [client] = clientsOf(window).values();
  client?.captureException(error, hint);
}
