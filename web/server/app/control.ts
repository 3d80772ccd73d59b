import type { Collector } from '../collector/collector.js';
import { readFilter } from '../metrics/filter.js';
import { OrderError, readFault, readLimit, readSettings } from './orders.js';
import { jsonPage, type Page } from './page.js';
import { sendSample } from './sample.js';

/** Orders that may wait for a project. */
const MAX_FAULTS = 1000;
const MAX_LIMITS = 100;
const MAX_DIGITS = 20;

type Order = (collector: Collector, project: string, value: unknown) => unknown;

const ORDERS = new Map<string, Order>([
  ['reset', (collector, project) => collector.reset(project)],
  ['sample', (collector, project) => sendSample(collector, project)],
  ['faults', orderFaults],
  [
    'limit',
    (collector, project, value) => {
      const limit = readLimit(value);
      if (collector.limitCount(project) >= MAX_LIMITS)
        throw new OrderError('There are limits enough.');
      collector.limit(project, limit);
    },
  ],
  [
    'settings',
    (collector, project, value) => {
      const changes = readSettings(value);
      return Object.assign(collector.settings(project), changes);
    },
  ],
]);

function orderFaults(collector: Collector, project: string, value: unknown): void {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length + collector.state(project).orders > MAX_FAULTS) {
    throw new OrderError(`At most ${MAX_FAULTS} faults may wait.`);
  }
  const faults = list.map(readFault);
  collector.faults(project).push(...faults);
}

function read(collector: Collector, project: string, action: string, url: URL): Page | undefined {
  switch (action) {
    case 'metrics':
      return jsonPage(collector.metrics(project, readFilter(url.searchParams)));
    case 'updates':
      return jsonPage(collector.updates(project));
    case 'requests':
      return jsonPage(collector.requests(project));
    default:
      return undefined;
  }
}

function write(collector: Collector, project: string, order: Order, body: string): Page {
  let value: unknown;
  try {
    value = body === '' ? {} : JSON.parse(body);
  } catch {
    return jsonPage({ error: 'The body is not valid JSON.' }, 400);
  }
  try {
    const answer = order(collector, project, value) ?? {};
    collector.changed(project);
    return jsonPage(answer);
  } catch (error) {
    if (!(error instanceof OrderError)) throw error;
    return jsonPage({ error: error.message }, 400);
  }
}

/**
 * The API that the pages and tests use to look at a project and to change how it behaves:
 * GET metrics, updates, requests; POST faults, limit, settings, sample, reset; DELETE faults.
 * Returns undefined for a path that it does not know.
 */
export function control(
  collector: Collector,
  method: string,
  url: URL,
  body: string,
): Page | undefined {
  const [, project = '', action = ''] = /^\/api\/(\d+)\/([a-z]+)\/?$/.exec(url.pathname) ?? [];
  if (project === '' || project.length > MAX_DIGITS) return undefined;
  if (method === 'GET') return read(collector, project, action, url);
  if (method === 'DELETE' && action === 'faults') {
    collector.faults(project).length = 0;
    collector.changed(project);
    return jsonPage({});
  }
  const order = ORDERS.get(action);
  return method === 'POST' && order !== undefined
    ? write(collector, project, order, body)
    : undefined;
}
