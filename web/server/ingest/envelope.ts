import { Fields, ParseError } from '../wire/fields.js';
import { JsonEnd, JsonError, readJson, type JsonNode } from '../wire/json.js';
import { readEnvelopeHeader, type EnvelopeHeader } from './header.js';
import { Reject } from './reject.js';

export interface Item {
  type: string;
  payload: Uint8Array;
}

export interface Envelope {
  header: EnvelopeHeader;
  items: Item[];
}

const LF = 0x0a;
/** serde_json refuses the level after these. */
const MAX_DEPTH = 127;
/** Relay refuses envelopes with more. */
const MAX_ITEMS = 500;
/** A limit of this collector for all headers of an envelope: their texts and numbers are read twice. */
export const MAX_HEADER_BYTES = 1 << 20;
/** Relay makes items of this type itself and takes none from outside. */
const INTERNAL = 'integration';
/** What Relay looks at as it reads an item; of the length the last one counts. */
const ITEM_KEYS = ['type'];

export const overlong = (): Reject =>
  new Reject(
    413,
    'The envelope has more than 1 MiB of headers. That is a limit of this collector.',
  );

/** Reads one header, of no more than so many bytes, and the end of its line. */
function readHeader(
  body: Uint8Array,
  start: number,
  what: string,
  maxBytes: number,
): { node: JsonNode; next: number } {
  let node: JsonNode;
  try {
    node = readJson(body.subarray(0, start + maxBytes), start, MAX_DEPTH);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    if (error instanceof JsonEnd && start + maxBytes < body.length) {
      throw overlong();
    }
    throw new Reject(400, `${what} is not valid JSON: ${error.message}.`);
  }
  const byte = body[node.end];
  if (byte !== undefined && byte !== LF) {
    const name = { 13: 'a carriage return', 32: 'a blank', 9: 'a tab' }[byte] ?? 'more text';
    throw new Reject(
      400,
      `${what} must be followed by a line feed at once, but ${name} comes after its closing brace.`,
    );
  }
  return { node, next: node.end + 1 };
}

/** Where the payload ends that starts at `from`. */
function payloadEnd(
  body: Uint8Array,
  from: number,
  length: number | undefined,
  number: number,
): number {
  if (length === undefined) {
    const end = body.indexOf(LF, from);
    return end === -1 ? body.length : end;
  }
  const to = from + length;
  if (to > body.length) {
    throw new Reject(
      400,
      `Item ${number} says that its payload has ${length} bytes, but only ` +
        `${body.length - from} are left.`,
    );
  }
  if (to < body.length && body[to] !== LF) {
    throw new Reject(
      400,
      `Item ${number} says that its payload has ${length} bytes, but no line feed follows ` +
        'there. "length" counts bytes of UTF-8, not characters.',
    );
  }
  return to;
}

function readItem(
  body: Uint8Array,
  start: number,
  number: number,
  maxHeaderBytes: number,
): { item: Item; next: number; headerBytes: number } {
  const what = `the header of item ${number}`;
  const { node, next } = readHeader(body, start, `T${what.slice(1)}`, maxHeaderBytes);
  const fields = Fields.ofHeader(node, what, ITEM_KEYS, ['length']);
  const type = fields.requiredString('type', 'It says what the item is.');
  const length = fields.unsigned('length', 64);
  const from = Math.min(next, body.length);
  const to = payloadEnd(body, from, length === undefined ? undefined : Number(length), number);
  const item = { type, payload: body.subarray(from, to) };
  return { item, next: to + 1, headerBytes: next - start };
}

/** The header of an envelope, whatever follows it. */
export function parseHeader(body: Uint8Array): { header: EnvelopeHeader; next: number } {
  if (body.length === 0) throw new Reject(400, 'The request body is empty.');
  const { node, next } = readHeader(body, 0, 'The envelope header', MAX_HEADER_BYTES);
  return { header: readEnvelopeHeader(node), next };
}

/** Splits an envelope into its header and items. Throws Reject for what a Relay answers 400. */
export function parseEnvelope(body: Uint8Array): Envelope {
  try {
    const { header, next } = parseHeader(body);
    const items: Item[] = [];
    let left = MAX_HEADER_BYTES - next;
    for (let at = next; at < body.length;) {
      const { item, next: after, headerBytes } = readItem(body, at, items.length + 1, left);
      if (items.length >= MAX_ITEMS) {
        throw new Reject(400, `The envelope has more than ${MAX_ITEMS} items.`);
      }
      items.push(item);
      left -= headerBytes;
      at = after;
    }
    if (items.some(({ type }) => type === INTERNAL)) {
      throw new Reject(400, `Items of type "${INTERNAL}" are internal to Relay.`);
    }
    return { header, items };
  } catch (error) {
    if (error instanceof ParseError) throw new Reject(400, error.message);
    throw error;
  }
}
