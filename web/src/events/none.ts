import type { Extension } from '../types/options';

/** In the place of events where none can be made: the errors of which none tells are counted. */
export const noEvents = (miss: (count: number) => void): Extension => ({
  error: () => miss(1),
  lost: miss,
});
