import type { MetricEvent, MetricStatus } from './metric.js';
import { isNilUuid } from '../wire/uuid.js';
import type { Attributes } from './session.js';

export type Tags = Pick<MetricEvent, 'release' | 'environment' | 'sdk'>;

/** Relay removes longer tag values from its metrics; it counts characters. */
const MAX_TAG = 200;

export function tagsOf(attrs: Attributes, sdk: string | undefined): Tags {
  const out: Tags = { release: attrs.release };
  if (attrs.environment !== undefined) out.environment = attrs.environment;
  if (sdk !== undefined && (sdk.length <= MAX_TAG || [...sdk].length <= MAX_TAG)) out.sdk = sdk;
  return out;
}

/**
 * The user metrics: only for real users (an all-zero UUID is none), in the set of those with
 * errors or of all, and in one for each way that a session ended badly.
 */
export function userMetrics(
  did: string | undefined,
  errored: boolean,
  statuses: readonly MetricStatus[],
  base: Tags & { time: number },
  mechanism?: string,
): MetricEvent[] {
  if (did === undefined || isNilUuid(did)) return [];
  const user: MetricEvent = { name: 'user', value: did, ...base };
  return [
    errored ? { ...user, status: 'errored' } : user,
    ...statuses.map((status) =>
      status === 'abnormal' && mechanism !== undefined
        ? { ...user, status, mechanism }
        : { ...user, status },
    ),
  ];
}
