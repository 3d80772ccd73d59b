import { runOutside } from './incoming/context';
import { quietly } from './quietly';

/** Does something after a time: for no request, without keeping the process, and in silence if it fails. */
export const later = (ms: number, work: () => void): NodeJS.Timeout =>
  runOutside(() => setTimeout(quietly, ms, work).unref());
