/** Next.js, whose instrumentation hears of errors. */
import { report } from './crash';

/**
 * Counts an error that Next.js reports as a crash of the request that is being answered.
 * @example export { captureRequestError as onRequestError } from 'crashfree/node';
 */
export function captureRequestError(error: unknown, _request?: unknown, _context?: unknown): void {
  report(error, undefined);
}
