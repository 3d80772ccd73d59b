import { Fields, ParseError } from '../wire/fields.js';
import { JsonError, readJson, type JsonNode } from '../wire/json.js';
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
/** Relay makes items of this type itself and takes none from outside. */
const INTERNAL = 'integration';
/** What Relay looks at as it reads an item; of the length the last one counts. */
const ITEM_KEYS = ['type'];

/** Reads one header and the end of its line. */
function readHeader(
  body: Uint8Array,
  start: number,
  what: string,
): { node: JsonNode; next: number } {
  let node: JsonNode;
  try {
    node = readJson(body, start, MAX_DEPTH);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
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

function readItem(body: Uint8Array, start: number, number: number): { item: Item; next: number } {
  const what = `the header of item ${number}`;
  const { node, next } = readHeader(body, start, `T${what.slice(1)}`);
  const fields = Fields.ofHeader(node, what, ITEM_KEYS, ['length']);
  const type = fields.requiredString('type', 'It says what the item is.');
  const length = fields.unsigned('length', 64);
  const from = Math.min(next, body.length);
  const to = payloadEnd(body, from, length === undefined ? undefined : Number(length), number);
  return { item: { type, payload: body.subarray(from, to) }, next: to + 1 };
}

/** The header of an envelope, whatever follows it. */
export function parseHeader(body: Uint8Array): { header: EnvelopeHeader; next: number } {
  if (body.length === 0) throw new Reject(400, 'The request body is empty.');
  const { node, next } = readHeader(body, 0, 'The envelope header');
  return { header: readEnvelopeHeader(node), next };
}

/** Splits an envelope into its header and items. Throws Reject for what a Relay answers 400. */
export function parseEnvelope(body: Uint8Array): Envelope {
  try {
    const { header, next } = parseHeader(body);
    const items: Item[] = [];
    for (let at = next; at < body.length;) {
      const { item, next: after } = readItem(body, at, items.length + 1);
      if (items.length >= MAX_ITEMS) {
        throw new Reject(400, `The envelope has more than ${MAX_ITEMS} items.`);
      }
      items.push(item);
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
