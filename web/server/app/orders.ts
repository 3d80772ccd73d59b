import type { Fault } from '../ingest/faults.js';
import type { ProjectSettings } from '../collector/records.js';
import { LEGACY_BROWSERS } from '../rules/browsers.js';

/** What is wrong with an order, in words for whoever gave it. */
export class OrderError extends Error {}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const MAX_TEXT = 1 << 20;
const MAX_LIST = 100;
const MAX_PATTERN = 200;
const MAX_SECONDS = 24 * 3600;
/** Node sets these itself; others would make an answer that nobody can read. */
const OWN_HEADERS = ['content-length', 'transfer-encoding', 'connection', 'upgrade', 'trailer'];
const DROPS: readonly unknown[] = ['before', 'after', 'hang'];

/** The object, if it has no other keys than these. */
function objectOf(value: unknown, keys: readonly string[], example: string): Json {
  if (!isObject(value)) throw new OrderError(`Send a JSON object such as ${example}.`);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw new OrderError(
      `${JSON.stringify(unknown.slice(0, 40))} is unknown; known are ${keys.join(', ')}.`,
    );
  }
  return value;
}

function whole(value: unknown, key: string, min: number, max: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max)
    return value;
  throw new OrderError(`"${key}" must be a whole number from ${min} to ${max}.`);
}

function texts(value: unknown, key: string, pattern: RegExp): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [undefined];
  const isFine = (text: unknown): text is string => typeof text === 'string' && pattern.test(text);
  if (list.length > MAX_LIST || !list.every(isFine)) {
    throw new OrderError(`"${key}" must be an array of at most ${MAX_LIST} texts that make sense.`);
  }
  return list;
}

function headersOf(value: unknown): Record<string, string> | undefined {
  if (value === undefined) return undefined;
  const entries = isObject(value) ? Object.entries(value) : [['', undefined] as const];
  const isFine = entries.every(
    ([name, text]) =>
      /^[\w-]{1,100}$/.test(name) &&
      !OWN_HEADERS.includes(name.toLowerCase()) &&
      typeof text === 'string' &&
      /^[\x20-\x7e]{0,4000}$/.test(text),
  );
  if (isFine && entries.length <= MAX_LIST)
    return Object.fromEntries(entries) as Record<string, string>;
  throw new OrderError(
    '"headers" must be an object of plain texts, without those that HTTP itself sets.',
  );
}

export function readFault(value: unknown): Fault {
  const keys = ['status', 'headers', 'body', 'delayMs', 'drop', 'times'];
  const { status, headers, body, delayMs, drop, times } = objectOf(value, keys, '{"status": 503}');
  const fault: Fault = {};
  const set = <K extends keyof Fault>(key: K, entry: Fault[K] | undefined): void => {
    if (entry !== undefined) fault[key] = entry;
  };
  set('status', whole(status, 'status', 200, 599));
  set('delayMs', whole(delayMs, 'delayMs', 0, 600_000));
  set('times', whole(times, 'times', 1, 1_000_000));
  set('headers', headersOf(headers));
  if (drop !== undefined && !DROPS.includes(drop)) {
    throw new OrderError('"drop" must be "before", "after" or "hang".');
  }
  set('drop', drop as Fault['drop']);
  if (body !== undefined && (typeof body !== 'string' || body.length > MAX_TEXT)) {
    throw new OrderError('"body" must be a text of at most 1 MiB.');
  }
  set('body', body);
  return fault;
}

export function readLimit(value: unknown): { categories: string[]; seconds: number } {
  const example = '{"categories": ["session"], "seconds": 60}';
  const { categories = [], seconds } = objectOf(value, ['categories', 'seconds'], example);
  if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= MAX_SECONDS)) {
    throw new OrderError(`"seconds" must be a number from 0 to ${MAX_SECONDS}, as in ${example}.`);
  }
  return { categories: texts(categories, 'categories', /^[a-z_]{1,40}$/), seconds };
}

/** A pattern for names: no control characters, and short. */
const PATTERN = new RegExp(`^[^\\u0000-\\u001f\\u007f]{1,${MAX_PATTERN}}$`);

export function readFilters(value: unknown): ProjectSettings['filters'] {
  const keys = ['localhost', 'legacyBrowsers', 'webCrawlers', 'releases', 'errorMessages'];
  const given = objectOf(value, keys, '{"localhost": true}');
  const filters: ProjectSettings['filters'] = {};
  for (const key of ['localhost', 'webCrawlers'] as const) {
    const entry = given[key];
    if (entry === undefined) continue;
    if (typeof entry !== 'boolean') throw new OrderError(`"${key}" must be true or false.`);
    filters[key] = entry;
  }
  for (const key of ['releases', 'errorMessages'] as const) {
    if (given[key] !== undefined) filters[key] = texts(given[key], key, PATTERN);
  }
  const { legacyBrowsers } = given;
  if (typeof legacyBrowsers === 'boolean') filters.legacyBrowsers = legacyBrowsers;
  else if (legacyBrowsers !== undefined) {
    const names = texts(legacyBrowsers, 'legacyBrowsers', /^\w{1,40}$/);
    const known: readonly string[] = LEGACY_BROWSERS;
    if (!names.every((name) => known.includes(name))) {
      throw new OrderError(`"legacyBrowsers" knows ${known.join(', ')}.`);
    }
    filters.legacyBrowsers = names;
  }
  return filters;
}

/** The settings that an order changes. */
export function readSettings(value: unknown): Partial<ProjectSettings> {
  const keys = ['disabled', 'generation', 'sessionQuota', 'filters'];
  const { disabled, generation, sessionQuota, filters } = objectOf(
    value,
    keys,
    '{"disabled": true}',
  );
  const out: Partial<ProjectSettings> = {};
  if (disabled !== undefined) {
    if (typeof disabled !== 'boolean') throw new OrderError('"disabled" must be true or false.');
    out.disabled = disabled;
  }
  if (generation !== undefined) {
    if (generation !== 'new' && generation !== 'old') {
      throw new OrderError('"generation" must be "new" or "old".');
    }
    out.generation = generation;
  }
  if (sessionQuota === null) out.sessionQuota = Infinity;
  else {
    const quota = whole(sessionQuota, 'sessionQuota', 0, Number.MAX_SAFE_INTEGER);
    if (quota !== undefined) out.sessionQuota = quota;
  }
  if (filters !== undefined) out.filters = readFilters(filters);
  return out;
}
