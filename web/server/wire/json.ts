/**
 * A strict JSON reader that accepts and refuses what serde_json does.
 *
 * JSON.parse hides what matters here: it merges repeated keys, turns `1.0` into 1 and keeps lone
 * surrogates. This reader works on bytes (envelopes may hold invalid UTF-8), does not recurse, and
 * builds nothing: a node says where a value is, and what nobody asks for costs no memory.
 */
import { endOfString, isDigit, isSpace, JsonError, Scanner } from './json-scanner.js';

export { JsonEnd, JsonError } from './json-scanner.js';

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/** A value in a text that was found to be valid. */
export interface JsonNode {
  kind: JsonKind;
  bytes: Uint8Array;
  start: number;
  /** The offset just behind it. */
  end: number;
}

/** A text, or why it cannot be read; that only matters where it is read. */
export interface JsonText {
  value: string;
  flaw?: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const QUOTE = 0x22;
/** What may follow a digit of a number that is not whole. */
const NUMBER_GOES_ON = new Set([...'-+.eE'].map((sign) => sign.charCodeAt(0)));
/** A whole number of so many digits is in range. */
const DIGITS_MAX = 300;
const KINDS: Record<number, JsonKind> = {
  [QUOTE]: 'string',
  0x7b: 'object',
  0x5b: 'array',
  0x74: 'boolean',
  0x66: 'boolean',
  0x6e: 'null',
};

const nodeAt = (bytes: Uint8Array, start: number, end: number): JsonNode => ({
  kind: KINDS[bytes[start] ?? 0] ?? 'number',
  bytes,
  start,
  end,
});

/** Reads one JSON value that starts at or after `start`. */
export function readJson(bytes: Uint8Array, start = 0, maxDepth = Infinity): JsonNode {
  const scanner = new Scanner(bytes, start, maxDepth);
  const from = scanner.skipSpace();
  return nodeAt(bytes, from, scanner.skipValue());
}

/** Reads a whole text: one JSON value, with nothing but white space around it. */
export function parseJson(bytes: Uint8Array, maxDepth = Infinity): JsonNode {
  const node = readJson(bytes, 0, maxDepth);
  for (let at = node.end; at < bytes.length; at++) {
    if (!isSpace(bytes[at])) throw new JsonError('there is text behind the end of the JSON value');
  }
  return node;
}

/** Whether a text is what its bytes are: ASCII, and no escapes. */
function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x5c || byte > 0x7e) return false;
  }
  return true;
}

/** The text of a string. */
export function textOf({ bytes, start, end }: JsonNode): JsonText {
  const slice = bytes.subarray(start + 1, end - 1);
  if (isPlain(slice, 0, slice.length)) {
    return { value: Buffer.from(slice.buffer, slice.byteOffset, slice.length).toString('latin1') };
  }
  let text: string;
  let flaw: string | undefined;
  try {
    text = utf8.decode(slice);
  } catch {
    text = lenientUtf8.decode(slice);
    flaw = 'it is not valid UTF-8';
  }
  const value = JSON.parse(`"${text}"`) as string;
  if (LONE_SURROGATE.test(value)) {
    flaw ??= 'it holds half of a surrogate pair (a \\ud800-like escape without its partner)';
  }
  return flaw === undefined ? { value } : { value, flaw };
}

/** A number, `true` or `false` as it is written. */
export const wordOf = ({ bytes, start, end }: JsonNode): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');

/** The keys and values of an object, in order and with repetitions. */
export function* entriesOf(node: JsonNode): Generator<{ key: JsonText; value: JsonNode }> {
  const { bytes } = node;
  const scanner = new Scanner(bytes, node.start + 1);
  while (bytes[scanner.skipSpace()] === QUOTE) {
    const start = scanner.at;
    const key = textOf({ kind: 'string', bytes, start, end: endOfString(bytes, start) });
    scanner.skipKey();
    const from = scanner.skipSpace();
    yield { key, value: nodeAt(bytes, from, scanner.skipValue()) };
    scanner.skipSeparator();
  }
}

/** The values of an array. */
export function* itemsOf(node: JsonNode): Generator<JsonNode> {
  const { bytes } = node;
  const scanner = new Scanner(bytes, node.start + 1);
  for (;;) {
    const from = scanner.skipSpace();
    if (from >= node.end - 1) return;
    yield nodeAt(bytes, from, scanner.skipValue());
    scanner.skipSeparator();
  }
}

/** Why some text or number in a value cannot be read, however deep it is; undefined if all can. */
export function unreadable(node: JsonNode): string | undefined {
  const { bytes, end } = node;
  for (let at = node.start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      const start = at;
      at = endOfString(bytes, at) - 1;
      if (isPlain(bytes, start + 1, at)) continue;
      const { flaw } = textOf({ kind: 'string', bytes, start, end: at + 1 });
      if (flaw !== undefined) return `a text cannot be read: ${flaw}`;
    } else if (byte === 0x2d || isDigit(byte)) {
      const start = at;
      while (isDigit(bytes[at + 1] ?? 0)) at++;
      if (!NUMBER_GOES_ON.has(bytes[at + 1] ?? 0) && at - start < DIGITS_MAX) continue;
      while (isDigit(bytes[at + 1] ?? 0) || NUMBER_GOES_ON.has(bytes[at + 1] ?? 0)) at++;
      const word = wordOf({ kind: 'number', bytes, start, end: at + 1 });
      if (!Number.isFinite(Number(word))) return `the number ${word.slice(0, 20)} is out of range`;
    }
  }
  return undefined;
}

/** Sets a key that an assignment would take for something else. */
const define = (object: object, key: string, value: unknown): unknown =>
  Object.defineProperty(object, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });

/** The plain value for display. Deep nesting is cut and big numbers keep their text. */
export function toValue(node: JsonNode, depth = 0): unknown {
  if (depth > 32) return '…';
  switch (node.kind) {
    case 'object': {
      const out: Record<string, unknown> = {};
      for (const { key, value } of entriesOf(node)) {
        const built = toValue(value, depth + 1);
        if (key.value === '__proto__') define(out, key.value, built);
        else out[key.value] = built;
      }
      return out;
    }
    case 'array':
      return Array.from(itemsOf(node), (item) => toValue(item, depth + 1));
    case 'number': {
      const word = wordOf(node);
      const value = Number(word);
      return Number.isSafeInteger(value) || /[.eE]/.test(word) ? value : word;
    }
    case 'string':
      return textOf(node).value;
    case 'boolean':
      return node.bytes[node.start] === 0x74;
    case 'null':
      return null;
  }
}
