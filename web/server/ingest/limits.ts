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

const CATEGORIES = new Map<string, readonly string[]>([
  ['session', ['session']],
  ['sessions', ['session']],
  ['event', ['error']],
  ['security', ['security']],
  ['raw_security', ['security']],
  ['unreal_report', ['error']],
  ['transaction', ['transaction', 'transaction_indexed']],
  ['span', ['span', 'span_indexed']],
  ['attachment', ['attachment', 'attachment_item']],
  ['profile', ['profile', 'profile_indexed']],
  ['profile_chunk', ['profile_chunk', 'profile_chunk_ui']],
  ['profile_chunk_ui', ['profile_chunk', 'profile_chunk_ui']],
  ['replay_event', ['replay']],
  ['replay_recording', ['replay']],
  ['replay_video', ['replay']],
  ['check_in', ['monitor']],
  ['user_report', ['feedback']],
  ['feedback', ['feedback']],
  ['log', ['log_item', 'log_byte']],
  ['trace_metric', ['trace_metric', 'trace_metric_byte']],
]);

/** The data categories of an item type; none for client reports and unknown types: nothing limits them. */
const categoriesOf = (type: string): readonly string[] => CATEGORIES.get(type) ?? [];

export const isSessionItem = (type: string): boolean => type === 'session' || type === 'sessions';

/** Whether a limit keeps items of this type out. */
export const covers = ({ categories }: Limit, type: string): boolean =>
  categoriesOf(type).some((category) => categories.length === 0 || categories.includes(category));

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
