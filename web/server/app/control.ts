import type { Collector, Fault, ProjectSettings } from '../collector.js';
import type { Page } from './files.js';
import { readFilter } from './live.js';
import { sendSample } from './sample.js';

const json = (value: unknown, status = 200): Page => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(value),
});
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readFault(value: unknown): Fault | string {
  if (!isObject(value)) return 'A fault is a JSON object, for instance {"status": 503}.';
  const { status, headers, body, delayMs, drop, times } = value;
  const number = (entry: unknown, min: number, max: number): boolean =>
    entry === undefined ||
    (typeof entry === 'number' && Number.isInteger(entry) && entry >= min && entry <= max);
  if (!number(status, 200, 599)) return '"status" must be between 200 and 599.';
  if (!number(delayMs, 0, 600_000)) return '"delayMs" must be between 0 and 600000.';
  if (!number(times, 1, 1_000_000)) return '"times" must be a whole number from 1 on.';
  if (drop !== undefined && !['before', 'after', 'hang'].includes(String(drop))) {
    return '"drop" must be "before", "after" or "hang".';
  }
  if (body !== undefined && typeof body !== 'string') return '"body" must be a string.';
  if (headers !== undefined) {
    const fine =
      isObject(headers) &&
      Object.entries(headers).every(
        ([name, text]) =>
          /^[\w-]+$/.test(name) && typeof text === 'string' && /^[\x20-\x7e]*$/.test(text),
      );
    if (!fine) return '"headers" must be an object of plain strings.';
  }
  return value as Fault;
}

/**
 * The API that the pages and tests use to look at a project and to change how it behaves:
 * GET metrics, updates, requests; POST faults, limit, settings, sample, reset.
 * Returns undefined for a path that it does not know.
 */
export function control(
  collector: Collector,
  method: string,
  url: URL,
  body: string,
): Page | undefined {
  const match = /^\/api\/(\d+)\/([a-z]+)\/?$/.exec(url.pathname);
  if (match === null) return undefined;
  const [, project = '', action = ''] = match;

  if (method === 'GET') {
    if (action === 'metrics') return json(collector.metrics(project, readFilter(url.searchParams)));
    if (action === 'updates') return json(collector.updates(project));
    if (action === 'requests') return json(collector.requests(project));
    return undefined;
  }
  if (method === 'DELETE' && action === 'faults') {
    collector.faults(project).length = 0;
    collector.changed(project);
    return json({});
  }
  if (method !== 'POST') return undefined;

  let value: unknown;
  try {
    value = body === '' ? {} : JSON.parse(body);
  } catch {
    return json({ error: 'The body is not valid JSON.' }, 400);
  }
  switch (action) {
    case 'reset':
      collector.reset(project);
      return json({});
    case 'sample':
      sendSample(collector, project);
      return json({});
    case 'faults': {
      const faults = (Array.isArray(value) ? value : [value]).map(readFault);
      const wrong = faults.find((fault) => typeof fault === 'string');
      if (wrong !== undefined) return json({ error: wrong }, 400);
      collector.faults(project).push(...(faults as Fault[]));
      collector.changed(project);
      return json({});
    }
    case 'limit': {
      const { categories = [], seconds } = isObject(value) ? value : {};
      if (!Array.isArray(categories) || typeof seconds !== 'number' || !(seconds >= 0)) {
        return json({ error: 'Send {"categories": ["session"], "seconds": 60}.' }, 400);
      }
      collector.limit(project, { categories: categories.map(String), seconds });
      collector.changed(project);
      return json({});
    }
    case 'settings': {
      if (!isObject(value)) return json({ error: 'Settings are a JSON object.' }, 400);
      const settings: ProjectSettings = collector.settings(project);
      if (typeof value['disabled'] === 'boolean') settings.disabled = value['disabled'];
      if (value['generation'] === 'new' || value['generation'] === 'old') {
        settings.generation = value['generation'];
      }
      if (typeof value['sessionQuota'] === 'number') settings.sessionQuota = value['sessionQuota'];
      collector.changed(project);
      return json(settings);
    }
    default:
      return undefined;
  }
}
