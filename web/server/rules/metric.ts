export type MetricStatus =
  'init' | 'errored_preaggr' | 'errored' | 'crashed' | 'abnormal' | 'unhandled';

/** One metric as a Relay emits it for a session item. */
export interface MetricEvent {
  /** `session` is a counter; `error` (by sid) and `user` (by did) are sets. */
  name: 'session' | 'error' | 'user';
  status?: MetricStatus;
  /** How much a counter grows, or which sid or did enters the set. */
  value: number | string;
  /** Unix milliseconds of the start of the session. */
  time: number;
  release: string;
  environment?: string;
  sdk?: string;
  mechanism?: string;
}

/** A metric in a few words, e.g. `session crashed +1`. */
export function describe(metric: MetricEvent): string {
  if (metric.name === 'session') return `session ${metric.status ?? ''} +${metric.value}`;
  const mechanism = metric.mechanism === undefined ? '' : ` (${metric.mechanism})`;
  const status = metric.status === undefined ? '' : ` ${metric.status}${mechanism}`;
  const short = String(metric.value);
  return `${metric.name}${status} {${short.length > 36 ? `${short.slice(0, 35)}…` : short}}`;
}
