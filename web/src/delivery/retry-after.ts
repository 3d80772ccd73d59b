/** Seconds that Retry-After asks for, as a number or as a date; NaN if it asks for nothing, as mostly. */
export function secondsOf(retryAfter: string): number {
  if (!retryAfter) return NaN;
  const seconds = parseFloat(retryAfter);
  return seconds >= 0 ? seconds : (Date.parse(retryAfter) - Date.now()) / 1000;
}
