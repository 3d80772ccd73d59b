import { runOutside } from './incoming/context';
import { attempt } from '../src/platform/attempt';

/**
 * Calls `work` after `ms` milliseconds: outside of all requests, and without keeping the process alive. What
 * it throws is not reported: a test environment that is over takes away what our code stands on, while the
 * process and this timer go on.
 */
export const later = (ms: number, work: () => void): NodeJS.Timeout =>
  runOutside(() => setTimeout(attempt, ms, work).unref());
