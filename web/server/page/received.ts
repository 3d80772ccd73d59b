import type { RequestView } from '../app/views.js';
import type { Filter } from '../metrics/filter.js';
import { recordOf } from '../rules/event-view.js';

export type Item = RequestView['items'][number];

export interface SessionItem {
  item: Item;
  request: RequestView;
}

export interface ListFilter extends Filter {
  /** Only what was lost, altered, or makes numbers wrong. */
  problems: boolean;
}

const KEEP = 500;

/** The latest requests, in order of receipt. */
let requests: RequestView[] = [];

export const received = (): readonly RequestView[] => requests;

/** Adds what is new; `reset` begins anew. */
export function addRequests(list: readonly RequestView[], reset: boolean): void {
  requests = (reset ? [] : requests).concat(list).slice(-KEEP);
}

const word = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What an item says about itself: as the server took it, or else as it was sent. */
export function about({ session, payload, type }: Item) {
  const sent = recordOf(payload);
  const attrs = recordOf(sent['attrs']);
  return {
    sid: session?.sid ?? word(sent['sid']),
    status: session?.status ?? (type === 'sessions' ? 'aggregate' : word(sent['status'])),
    release: session?.release ?? word(attrs['release']),
    environment: session ? (session.environment ?? '') : word(attrs['environment']),
    did: session ? (session.did ?? '') : word(sent['did']),
    errors: session?.errors ?? 0,
    mechanism: session?.abnormal_mechanism ?? '',
  };
}

export function matches(item: Item, { release, environment, problems }: ListFilter): boolean {
  const facts = about(item);
  if (release !== undefined && facts.release !== release) return false;
  if (environment !== undefined && facts.environment !== environment) return false;
  return !problems || item.outcome !== 'accept' || item.warnings.length > 0;
}
