import { unreadable } from '../wire/json.js';
import { parseTime } from '../wire/rfc3339.js';
import { parseUrl } from '../wire/url.js';
import { newId, parseUuid } from '../wire/uuid.js';
import { levelOf, recordOf, textOf, viewEvent, type EventView } from './event-view.js';
import { filteredBy } from './filters.js';
import { environmentFlaw, nameWarnings, releaseFlaw } from './names.js';
import { Drop, finish, quote, shownPayload, type ItemResult, type RelayOptions } from './result.js';
import { readPayload } from './session.js';

/** Relay takes events of the last 30 days; others get the time of receipt. */
const MAX_AGE = 30 * 24 * 3600_000;
const MAX_AHEAD = 60_000;
/** All of an event is read, and serde_json refuses the level after these. */
const MAX_DEPTH = 127;

/** Without one the time of an event is UTC, if the date and the time are joined by a T. */
const HAS_ZONE = /(?:[Zz]|[+-]\d\d:?\d\d)$|^[^T]*$/;

type Json = Record<string, unknown>;

/**
 * The event: Relay repairs what it can, and is not strict as with sessions. It reads all of it,
 * so that one unreadable text loses it, but does not look at what follows the closing brace.
 */
function readEvent(payload: Uint8Array, result: ItemResult): Json {
  const node = readPayload(payload, { maxDepth: MAX_DEPTH, mayHaveMore: true });
  const flaw = unreadable(node);
  if (flaw !== undefined) throw new Drop(`In the event ${flaw}.`);
  if (node.kind !== 'object') throw new Drop('An event must be a JSON object.');
  result.payload = shownPayload(node);
  return recordOf(JSON.parse(Buffer.from(payload.subarray(node.start, node.end)).toString('utf8')));
}

function timeOf({ timestamp }: Json, receivedAt: number, notes: string[]): number {
  const time =
    typeof timestamp === 'number'
      ? timestamp * 1000
      : typeof timestamp === 'string'
        ? parseTime(HAS_ZONE.test(timestamp) ? timestamp : `${timestamp}Z`)?.ms
        : undefined;
  if (time === undefined) {
    if (timestamp !== undefined && timestamp !== null) notes.push('"timestamp" could not be read');
    return receivedAt;
  }
  if (time - receivedAt <= MAX_AHEAD && receivedAt - time <= MAX_AGE) return Math.round(time);
  notes.push('"timestamp" is out of range: the time of receipt was taken');
  return receivedAt;
}

/** Removes names that are not allowed: an event is kept without them, unlike a session. */
function checkNames(view: EventView, notes: string[]): void {
  for (const [key, flaw] of [
    ['release', releaseFlaw],
    ['environment', environmentFlaw],
  ] as const) {
    const name = view[key];
    const problem = name === undefined ? undefined : flaw(name);
    if (problem === undefined) continue;
    notes.push(`the ${key} ${quote(name ?? '')} was removed: ${problem}`);
    delete view[key];
  }
}

const isLocal = (url = ''): boolean =>
  /^(?:localhost|.*\.localhost|127\.0\.0\.1)$/.test(parseUrl(url)?.hostname ?? '');

function headerOf(event: Json, name: string): string | undefined {
  const headers = recordOf(event['request'])['headers'];
  const pairs: unknown[][] = Array.isArray(headers)
    ? headers.filter(Array.isArray)
    : Object.entries(recordOf(headers));
  const value = pairs.find(([key]) => String(key).toLowerCase() === name)?.[1];
  return typeof value === 'string' ? value : undefined;
}

/** "Type: message" of every exception, as the filter of messages looks at them. */
const messagesOf = ({ exceptions, message }: EventView): string[] => [
  ...(message === '' ? [] : [message]),
  ...exceptions.map(({ type, value }) => (type === '' ? value : `${type}: ${value}`)),
];

function checkFilters(event: Json, view: EventView, options: RelayOptions): void {
  const userAgent = headerOf(event, 'user-agent');
  const ip = textOf(recordOf(event['user'])['ip_address']);
  const reason = filteredBy(options.filters ?? {}, {
    ipAddress: isLocal(view.url) ? '127.0.0.1' : ip,
    messages: messagesOf(view),
    ...(view.release === undefined ? {} : { release: view.release }),
    ...(userAgent === undefined ? {} : { userAgent }),
  });
  if (reason !== undefined) throw new Drop(reason);
}

function explain({ exceptions, message, level }: EventView): string {
  const last = exceptions.at(-1);
  const what = last === undefined ? message : [last.type, last.value].filter(Boolean).join(': ');
  const state =
    last?.handled === false ? 'an error that nobody caught' : `an event of level ${level}`;
  return `It is ${state}${what === '' ? '' : `: ${quote(what)}`}.`;
}

/** Does what a Relay does with an item of type `event`. */
export function processEvent(payload: Uint8Array, options: RelayOptions, result: ItemResult): void {
  const event = readEvent(payload, result);
  const notes: string[] = [];
  const sent = textOf(event['event_id']);
  const id = options.eventId ?? parseUuid(sent) ?? newId();
  if (options.eventId !== undefined && sent !== '' && parseUuid(sent) !== options.eventId) {
    notes.push('"event_id" is that of the envelope, which is another one');
  }
  const view = viewEvent(event, id, timeOf(event, options.receivedAt, notes));
  const { level } = event;
  if (level !== undefined && level !== null && levelOf(level) === undefined) {
    notes.push('"level" is none that the server knows: it is error');
  }
  checkFilters(event, view, options);
  checkNames(view, notes);
  if (view.exceptions.length === 0 && view.message === '') {
    result.warnings.push('It says nothing: neither an exception nor a message.');
  }
  if (view.release === undefined) {
    result.warnings.push('Without a release nobody can tell in which one this is new.');
  } else {
    result.warnings.push(...nameWarnings(view.release, view.environment));
  }
  result.event = view;
  finish(result, explain(view), notes);
}
