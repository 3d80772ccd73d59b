/**
 * A strict JSON reader that accepts and refuses what serde_json does.
 *
 * JSON.parse hides what matters here: it merges repeated keys, turns `1.0` into 1 and keeps lone
 * surrogates. This reader keeps number text and repeated keys, works on bytes (envelopes may hold
 * invalid UTF-8) and does not recurse, so nesting cannot exhaust the stack.
 */

export type JsonNode =
  | { kind: 'object'; entries: { key: string; value: JsonNode }[] }
  | { kind: 'array'; items: JsonNode[] }
  /** `flaw` names why the text cannot be read as a string; it only matters where it is read. */
  | { kind: 'string'; value: string; flaw?: string }
  | { kind: 'number'; text: string }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null' };

export class JsonError extends Error {}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** Reads one JSON value that starts at or after `start`; `end` is the offset just behind it. */
export function readJson(
  bytes: Uint8Array,
  start = 0,
  maxDepth = Infinity,
): { node: JsonNode; end: number } {
  let at = start;
  const skipSpace = (): void => {
    while (isSpace(bytes[at])) at++;
  };
  const unexpected = (wanted: string): JsonError => {
    const byte = bytes[at];
    if (byte === undefined) return new JsonError(`the text ends where ${wanted} should be`);
    const shown = byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte ${byte}`;
    return new JsonError(`found ${shown} at byte ${at - start} where ${wanted} should be`);
  };

  const readString = (): { value: string; flaw?: string } => {
    if (bytes[at] !== QUOTE) throw unexpected('a quoted string');
    const first = ++at;
    let escaped = false;
    for (;;) {
      const byte = bytes[at];
      if (byte === undefined) throw new JsonError('a string is not closed');
      if (byte === QUOTE) break;
      if (byte < 0x20) throw new JsonError('a string holds a raw control character');
      if (byte === BACKSLASH) {
        escaped = true;
        at++;
      }
      at++;
    }
    const slice = bytes.subarray(first, at++);
    let text: string;
    let flaw: string | undefined;
    try {
      text = utf8.decode(slice);
    } catch {
      text = lenientUtf8.decode(slice);
      flaw = 'it is not valid UTF-8';
    }
    if (!escaped) return flaw === undefined ? { value: text } : { value: text, flaw };
    const value = text.replace(/\\(u[0-9a-fA-F]{4}|[^]?)/g, (_whole, code: string) => {
      if (code.length === 5) return String.fromCharCode(parseInt(code.slice(1), 16));
      const plain = ESCAPES[code];
      if (plain === undefined) throw new JsonError(`a string holds the unknown escape \\${code}`);
      return plain;
    });
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value)) {
      flaw ??= 'it holds half of a surrogate pair (a \\ud800-like escape without its partner)';
    }
    return flaw === undefined ? { value } : { value, flaw };
  };

  const readScalar = (): JsonNode => {
    const byte = bytes[at];
    if (byte === QUOTE) return { kind: 'string', ...readString() };
    const first = at;
    for (;;) {
      const next = bytes[at];
      if (next === undefined || !/[-+.0-9a-zA-Z]/.test(String.fromCharCode(next))) break;
      at++;
    }
    const word = lenientUtf8.decode(bytes.subarray(first, at));
    if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true' };
    if (word === 'null') return { kind: 'null' };
    if (NUMBER.test(word)) return { kind: 'number', text: word };
    if (word === '') throw unexpected('a JSON value');
    throw new JsonError(`"${word.slice(0, 40)}" is not a JSON value`);
  };

  type Open =
    | { node: Extract<JsonNode, { kind: 'object' }>; key: string }
    | { node: Extract<JsonNode, { kind: 'array' }> };
  const open: Open[] = [];
  const readKey = (): string => {
    skipSpace();
    const key = readString();
    if (key.flaw !== undefined) throw new JsonError(`a key cannot be read: ${key.flaw}`);
    skipSpace();
    if (bytes[at] !== 0x3a) throw unexpected('":"');
    at++;
    return key.value;
  };

  for (;;) {
    skipSpace();
    let done: JsonNode | undefined;
    const byte = bytes[at];
    if (byte === 0x7b || byte === 0x5b) {
      at++;
      if (open.length >= maxDepth) throw new JsonError(`nested deeper than ${maxDepth} levels`);
      skipSpace();
      const isObject = byte === 0x7b;
      if (bytes[at] === (isObject ? 0x7d : 0x5d)) {
        at++;
        done = isObject ? { kind: 'object', entries: [] } : { kind: 'array', items: [] };
      } else if (isObject) {
        open.push({ node: { kind: 'object', entries: [] }, key: readKey() });
        continue;
      } else {
        open.push({ node: { kind: 'array', items: [] } });
        continue;
      }
    } else {
      done = readScalar();
    }

    for (;;) {
      const parent = open.at(-1);
      if (parent === undefined) return { node: done, end: at };
      if ('key' in parent) parent.node.entries.push({ key: parent.key, value: done });
      else parent.node.items.push(done);
      skipSpace();
      const next = bytes[at];
      if (next === 0x2c) {
        at++;
        if ('key' in parent) parent.key = readKey();
        break;
      }
      if (next !== ('key' in parent ? 0x7d : 0x5d)) {
        throw unexpected('key' in parent ? '"," or "}"' : '"," or "]"');
      }
      at++;
      done = parent.node;
      open.pop();
    }
  }
}

/** Reads a whole text: one JSON value, with nothing but white space around it. */
export function parseJson(bytes: Uint8Array): JsonNode {
  const { node, end } = readJson(bytes);
  for (let at = end; at < bytes.length; at++) {
    if (!isSpace(bytes[at])) throw new JsonError('there is text behind the end of the JSON value');
  }
  return node;
}

/** The plain value for display. Deep nesting is cut and big numbers keep their text. */
export function toValue(node: JsonNode, depth = 0): unknown {
  if (depth > 32) return '…';
  switch (node.kind) {
    case 'object': {
      const out: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
      for (const { key, value } of node.entries) out[key] = toValue(value, depth + 1);
      return out;
    }
    case 'array':
      return node.items.map((item) => toValue(item, depth + 1));
    case 'number': {
      const value = Number(node.text);
      return Number.isSafeInteger(value) || /[.eE]/.test(node.text) ? value : node.text;
    }
    case 'null':
      return null;
    default:
      return node.value;
  }
}
