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

/** A text, or a number as a text; cut. */
export function textOf(value: unknown, max = MAX_NAME): string {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '';
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

function frameOf(value: unknown): Frame {
  const frame = recordOf(value);
  const line = numberOf(frame['lineno']);
  const column = numberOf(frame['colno']);
  return {
    function: textOf(frame['function']),
    file: textOf(frame['filename'] ?? frame['abs_path'] ?? frame['module']),
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
    value: textOf(exception['value'], MAX_TEXT),
    frames: frames.slice(-MAX_FRAMES).map(frameOf),
    ...(typeof mechanism['type'] === 'string' ? { mechanism: textOf(mechanism['type']) } : {}),
    ...(typeof handled === 'boolean' ? { handled } : {}),
  };
}

/** Tags are an object or a list of pairs. */
function tagOf(event: Json, name: string): string {
  const tags = event['tags'];
  if (!Array.isArray(tags)) return textOf(recordOf(tags)[name]);
  const pair = listOf(tags).find((entry) => listOf(entry)[0] === name);
  return textOf(listOf(pair)[1]);
}

function messageOf(event: Json): string {
  const entry = event['logentry'] ?? event['message'];
  if (typeof entry === 'string') return textOf(entry, MAX_TEXT);
  const { formatted, message } = recordOf(entry);
  return textOf(formatted ?? message, MAX_TEXT);
}

/** Exceptions come as a list, or as an object that has one. */
const exceptionsOf = ({ exception }: Json): Exception[] =>
  (Array.isArray(exception) ? listOf(exception) : listOf(recordOf(exception)['values']))
    .slice(-MAX_EXCEPTIONS)
    .map(exceptionOf);

export function viewEvent(event: Json, id: string, time: number): EventView {
  const view: EventView = {
    id,
    time,
    level: textOf(event['level']) || 'error',
    exceptions: exceptionsOf(event),
    message: messageOf(event),
  };
  const set = (key: 'release' | 'environment' | 'user' | 'url' | 'sid', text: string): void => {
    if (text !== '') view[key] = text;
  };
  set('release', textOf(event['release']));
  set('environment', textOf(event['environment']));
  set('user', textOf(recordOf(event['user'])['id']));
  set('url', textOf(recordOf(event['request'])['url'], MAX_TEXT));
  set('sid', tagOf(event, 'session.id').replaceAll('-', '').toLowerCase());
  return view;
}
