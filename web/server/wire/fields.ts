import { parseTime, type Time } from './rfc3339.js';
import { entriesOf, itemsOf, textOf, toValue, unreadable, wordOf, type JsonNode } from './json.js';

/** A payload that the server cannot read. The message is a full sentence for people. */
export class ParseError extends Error {}

const MAX_SHOWN_BYTES = 400;

const shown = (node: JsonNode): string => {
  if (node.end - node.start > MAX_SHOWN_BYTES) return `an overlong ${node.kind}`;
  const text = node.kind === 'number' ? wordOf(node) : (JSON.stringify(toValue(node)) ?? '');
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};

/** The word of an enum: a text, or `{"word": null}`; undefined if it is neither, or unreadable. */
export function variantOf(node: JsonNode): string | undefined {
  if (node.kind === 'string') {
    const { value, flaw } = textOf(node);
    return flaw === undefined ? value : undefined;
  }
  if (node.kind !== 'object') return undefined;
  const [entry, more] = entriesOf(node);
  if (entry === undefined || more !== undefined || entry.value.kind !== 'null') return undefined;
  return entry.key.flaw === undefined ? entry.key.value : undefined;
}

/**
 * Typed access to the fields of one JSON object, as strict as serde: a known key must not be
 * repeated, types must match exactly, and unknown keys are ignored.
 */
export class Fields {
  readonly #values = new Map<string, JsonNode>();

  private constructor(readonly what: string) {}

  /** `what` names the object in messages; `known` are the keys that the server looks at. */
  static ofObject(
    node: JsonNode,
    what: string,
    known: readonly string[],
    other?: (key: string, value: JsonNode) => void,
  ): Fields {
    if (node.kind !== 'object') {
      throw new ParseError(`${what} must be a JSON object; got ${shown(node)}.`);
    }
    const fields = new Fields(what);
    for (const { key, value } of entriesOf(node)) {
      if (key.flaw !== undefined) {
        throw new ParseError(`A key in ${what} cannot be read: ${key.flaw}.`);
      }
      if (!known.includes(key.value)) {
        other?.(key.value, value);
        continue;
      }
      if (fields.#values.has(key.value)) {
        throw new ParseError(
          `"${key.value}" appears twice in ${what}; the server refuses to choose.`,
        );
      }
      fields.#values.set(key.value, value);
    }
    return fields;
  }

  /** Also takes an array, whose values stand for the known keys in their order. */
  static of(node: JsonNode, what: string, known: readonly string[]): Fields {
    if (node.kind !== 'array') return Fields.ofObject(node, what, known);
    const fields = new Fields(what);
    let index = 0;
    for (const value of itemsOf(node)) {
      const key = known[index++];
      if (key === undefined) {
        throw new ParseError(`${what} is an array, and has more than ${known.length} values.`);
      }
      fields.#values.set(key, value);
    }
    return fields;
  }

  /**
   * For headers, whose other keys the server keeps: all of their values must be readable, and
   * none may be null. Of those in `repeatable` the last one counts.
   */
  static ofHeader(
    node: JsonNode,
    what: string,
    known: readonly string[],
    repeatable: readonly string[] = [],
  ): Fields {
    const flaw = unreadable(node);
    if (flaw !== undefined) throw new ParseError(`In ${what} ${flaw}.`);
    const last = new Map<string, JsonNode>();
    const fields = Fields.ofObject(node, what, known, (key, value) => {
      if (repeatable.includes(key)) last.set(key, value);
      else if (value.kind === 'null') {
        throw new ParseError(
          `"${key}" in ${what} is null, and the server does not know this key: it refuses that.`,
        );
      }
    });
    for (const [key, value] of last) fields.#values.set(key, value);
    return fields;
  }

  get(key: string): JsonNode | undefined {
    return this.#values.get(key);
  }

  /** A string, or undefined if absent. */
  string(key: string): string | undefined {
    const node = this.#values.get(key);
    if (node === undefined) return undefined;
    if (node.kind !== 'string') throw this.wrong(key, 'a string', node);
    const { value, flaw } = textOf(node);
    if (flaw !== undefined) {
      throw new ParseError(`"${key}" in ${this.what} cannot be read: ${flaw}.`);
    }
    return value;
  }

  /** A string, where `null` means the same as absent. */
  optionalString(key: string): string | undefined {
    return this.isNull(key) ? undefined : this.string(key);
  }

  requiredString(key: string, why: string): string {
    const value = this.string(key);
    if (value === undefined) throw this.missing(key, why);
    return value;
  }

  boolean(key: string): boolean | undefined {
    const node = this.#values.get(key);
    if (node === undefined) return undefined;
    if (node.kind !== 'boolean') throw this.wrong(key, 'true or false', node);
    return wordOf(node) === 'true';
  }

  /** A whole number of 0 or more, written without point or exponent, of at most `bits` bits. */
  unsigned(key: string, bits: 16 | 32 | 64): bigint | undefined {
    const node = this.#values.get(key);
    if (node === undefined) return undefined;
    const word = wordOf(node);
    if (node.kind !== 'number' || !/^[0-9]+$/.test(word)) {
      throw this.wrong(key, 'a whole number of 0 or more, written without a decimal point', node);
    }
    const value = word.length > 20 ? 1n << 64n : BigInt(word);
    if (value >= 1n << BigInt(bits)) throw this.wrong(key, `below 2^${bits}`, node);
    return value;
  }

  time(key: string): Time | undefined {
    const node = this.#values.get(key);
    if (node === undefined) return undefined;
    const text = node.kind === 'string' ? textOf(node) : undefined;
    const time = text?.flaw === undefined ? parseTime(text?.value ?? '') : undefined;
    if (time === undefined) {
      throw this.wrong(key, 'a time with zone such as "2026-01-05T10:00:00.000Z"', node);
    }
    return time;
  }

  isNull(key: string): boolean {
    return this.#values.get(key)?.kind === 'null';
  }

  missing(key: string, why: string): ParseError {
    return new ParseError(`"${key}" is missing in ${this.what}. ${why}`);
  }

  wrong(key: string, wanted: string, node: JsonNode): ParseError {
    return new ParseError(`"${key}" in ${this.what} must be ${wanted}; got ${shown(node)}.`);
  }
}
