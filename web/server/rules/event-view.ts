/** What is read of an event for display, from a value that anybody may have sent. */

export interface Frame {
  function: string;
  file: string;
  line?: number;
  column?: number;
  inApp: boolean;
}

/** One of the linked exceptions of an event. */
export interface Exception {
  type: string;
  value: string;
  /** How it was caught, such as `onerror`. */
  mechanism?: string;
  handled?: boolean;
  /** Oldest call first, as it is sent. */
  frames: Frame[];
}

/** An event as the server keeps it, cut to what people look at. */
export interface EventView {
  id: string;
  /** Unix milliseconds. */
  time: number;
  level: string;
  /** The exceptions, the outermost last, as they are sent. */
  exceptions: Exception[];
  /** What it says where there is no exception. */
  message: string;
  release?: string;
  environment?: string;
  user?: string;
  url?: string;
  /** The session in which it happened: the tag `session.id`. */
  sid?: string;
}

const MAX_TEXT = 1000;
const MAX_NAME = 300;
const MAX_FRAMES = 50;
const MAX_EXCEPTIONS = 5;

type Json = Record<string, unknown>;
export const recordOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

const cut = (text: string, max: number): string =>
  text.length > max ? `${text.slice(0, max - 1)}…` : text;

/** A text, cut; empty for everything else. */
export const textOf = (value: unknown, max = MAX_NAME): string =>
  typeof value === 'string' ? cut(value, max) : '';

/** A text, or what Relay writes where a number, true or false stands for one. */
function lenientTextOf(value: unknown): string {
  if (typeof value === 'number') return String(Math.trunc(value));
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return textOf(value);
}

/** A text, or the JSON of everything else. */
const jsonTextOf = (value: unknown): string =>
  typeof value === 'string' || value === undefined || value === null
    ? textOf(value, MAX_TEXT)
    : cut(JSON.stringify(value), MAX_TEXT);

/** A place in a file: a whole number of 0 or more. */
const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;

function frameOf(value: unknown): Frame {
  const frame = recordOf(value);
  const line = numberOf(frame['lineno']);
  const column = numberOf(frame['colno']);
  return {
    function: textOf(frame['function']),
    file: textOf(frame['filename']) || textOf(frame['abs_path']) || textOf(frame['module']),
    inApp: frame['in_app'] !== false,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}

function exceptionOf(value: unknown): Exception {
  const exception = recordOf(value);
  const mechanism = recordOf(exception['mechanism']);
  const { handled } = mechanism;
  const frames = listOf(recordOf(exception['stacktrace'])['frames']);
  return {
    type: textOf(exception['type']),
    value: jsonTextOf(exception['value']),
    frames: frames.slice(-MAX_FRAMES).map(frameOf),
    ...(typeof mechanism['type'] === 'string' ? { mechanism: textOf(mechanism['type']) } : {}),
    ...(typeof handled === 'boolean' ? { handled } : {}),
  };
}

/** Tags are an object or a list of pairs. */
function tagOf(event: Json, name: string): string {
  const tags = event['tags'];
  if (!Array.isArray(tags)) return lenientTextOf(recordOf(tags)[name]);
  const pair = listOf(tags).find((entry) => listOf(entry)[0] === name);
  return lenientTextOf(listOf(pair)[1]);
}

function messageOf(event: Json): string {
  const entry = event['logentry'] ?? event['message'];
  const { formatted, message } = recordOf(entry);
  return jsonTextOf(entry === recordOf(entry) ? (formatted ?? message) : entry);
}

/** Exceptions come as a list, as an object that has one, or alone. */
function exceptionsOf({ exception }: Json): Exception[] {
  const list = Array.isArray(exception)
    ? exception
    : (recordOf(exception)['values'] ?? [exception]);
  return listOf(list)
    .filter((value) => value === recordOf(value))
    .slice(-MAX_EXCEPTIONS)
    .map(exceptionOf);
}

const LEVELS = ['debug', 'info', 'warning', 'error', 'fatal'];
const LEVEL_ALIASES = new Map([
  ['log', 'info'],
  ['critical', 'fatal'],
]);

/** A level by its name, or as Python's logging counts them; undefined if it is none. */
export function levelOf(value: unknown): string | undefined {
  if (typeof value === 'number') return LEVELS[value / 10 - 1];
  const name = LEVEL_ALIASES.get(textOf(value)) ?? textOf(value);
  return LEVELS.includes(name) ? name : undefined;
}

export function viewEvent(event: Json, id: string, time: number): EventView {
  const view: EventView = {
    id,
    time,
    level: levelOf(event['level']) ?? 'error',
    exceptions: exceptionsOf(event),
    message: messageOf(event),
  };
  const set = (key: 'release' | 'environment' | 'user' | 'url' | 'sid', text: string): void => {
    if (text !== '') view[key] = text;
  };
  set('release', lenientTextOf(event['release']).trim());
  set('environment', textOf(event['environment']).trim());
  set('user', lenientTextOf(recordOf(event['user'])['id']));
  set('url', textOf(recordOf(event['request'])['url'], MAX_TEXT));
  set('sid', tagOf(event, 'session.id').replaceAll('-', '').toLowerCase());
  return view;
}
