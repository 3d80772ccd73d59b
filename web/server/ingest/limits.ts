/** A rate limit that is in force. */
export interface Limit {
  /** Data categories such as `session` or `error`; none means all. */
  categories: string[];
  /** Unix milliseconds. */
  until: number;
  scope: string;
  reason?: string;
}

const CATEGORY: Record<string, string> = {
  session: 'session',
  sessions: 'session',
  client_report: 'internal',
  event: 'error',
  transaction: 'transaction',
  attachment: 'attachment',
};

/** The data category of an item type. */
export const categoryOf = (type: string): string => CATEGORY[type] ?? 'default';

/** A client report may be sent although everything else is limited. */
export const covers = (limit: Limit, category: string): boolean =>
  category !== 'internal' && (limit.categories.length === 0 || limit.categories.includes(category));

/** The value of `X-Sentry-Rate-Limits`. */
export function limitHeader(limits: readonly Limit[], now: number): string {
  return limits
    .map((limit) => {
      const seconds = Math.min(300, Math.max(1, Math.ceil((limit.until - now) / 1000)));
      const parts = [String(seconds), limit.categories.join(';'), limit.scope];
      if (limit.reason !== undefined) parts.push(limit.reason);
      return parts.join(':');
    })
    .join(', ');
}

/** The value of `Retry-After`: when the last of the limits ends, in seconds. */
export function retryAfter(limits: readonly Limit[], now: number): number {
  const until = Math.max(...limits.map((limit) => limit.until));
  return Math.min(300, Math.ceil((until - now) / 1000));
}
