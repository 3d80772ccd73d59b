/** A rate limit that is in force. */
export interface Limit {
  /** Data categories such as `session` or `error`; none means all. */
  categories: string[];
  /** Unix milliseconds. */
  until: number;
  scope: string;
  reason?: string;
}

/** A rate limit to put in force. */
export interface LimitOrder {
  /** None means all. */
  categories: string[];
  seconds: number;
  /** `key` if left out. */
  scope?: string;
  reason?: string;
  /** Unix milliseconds. */
  now?: number;
}

const CATEGORIES = new Map([
  ['session', 'session'],
  ['sessions', 'session'],
  ['event', 'error'],
  ['security', 'security'],
  ['raw_security', 'security'],
  ['nel', 'error'],
  ['unreal_report', 'error'],
  ['transaction', 'transaction'],
  ['span', 'span'],
  ['attachment', 'attachment'],
  ['profile', 'profile'],
  ['profile_chunk', 'profile_chunk'],
  ['replay_event', 'replay'],
  ['replay_recording', 'replay'],
  ['replay_video', 'replay'],
  ['check_in', 'monitor'],
  ['feedback', 'feedback'],
  ['log', 'log_item'],
]);

/** The data category of an item type; none for client reports and unknown types: nothing limits them. */
export const categoryOf = (type: string): string | undefined => CATEGORIES.get(type);

export const isSessionItem = (type: string): boolean => categoryOf(type) === 'session';

export const covers = (limit: Limit, category: string | undefined): boolean =>
  category !== undefined && (limit.categories.length === 0 || limit.categories.includes(category));

const MAX_ANNOUNCED = 300;

/** Seconds until a limit ends, as a Relay announces them. */
const secondsLeft = (limit: Limit, now: number): number =>
  Math.min(MAX_ANNOUNCED, Math.max(1, Math.ceil((limit.until - now) / 1000)));

/** The value of `X-Sentry-Rate-Limits`. */
export function limitHeader(limits: readonly Limit[], now: number): string {
  return limits
    .map((limit) => {
      const parts = [String(secondsLeft(limit, now)), limit.categories.join(';'), limit.scope];
      if (limit.reason !== undefined) parts.push(limit.reason);
      return parts.join(':');
    })
    .join(', ');
}

/** The value of `Retry-After`: when the last of the limits ends. */
export const retryAfter = (limits: readonly Limit[], now: number): number =>
  Math.max(...limits.map((limit) => secondsLeft(limit, now)));
