import { parseTime, type Time } from './rfc3339.js';
import { toValue, type JsonNode } from './json.js';

/** A payload that the server cannot read. The message is a full sentence for people. */
export class ParseError extends Error {}

const shown = (node: JsonNode): string => {
  const text = node.kind === 'number' ? node.text : (JSON.stringify(toValue(node)) ?? '');
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};

/**
 * Typed access to the fields of one JSON object, as strict as serde: a known key must not be
 * repeated, types must match exactly, and unknown keys are ignored.
 */
export class Fields {
  readonly #values = new Map<string, JsonNode>();

  /** `what` names the object in messages; `known` are the keys that the server looks at. */
  constructor(
    node: JsonNode,
    readonly what: string,
    known: readonly string[],
  ) {
    if (node.kind !== 'object') {
      throw new ParseError(`${what} must be a JSON object; got ${shown(node)}.`);
    }
    for (const { key, value } of node.entries) {
      if (!known.includes(key)) continue;
      if (this.#values.has(key)) {
        throw new ParseError(`"${key}" appears twice in ${what}; the server refuses to choose.`);
      }
      this.#values.set(key, value);
    }
  }

  get(key: string): JsonNode | undefined {
    return this.#values.get(key);
  }

  /** A string, or undefined if absent. */
  string(key: string): string | undefined {
    const node = this.#values.get(key);
    if (node === undefined) return undefined;
    if (node.kind !== 'string') throw this.#wrong(key, 'a string', node);
    if (node.flaw !== undefined) {
      throw new ParseError(`"${key}" in ${this.what} cannot be read: ${node.flaw}.`);
    }
    return node.value;
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
    if (node.kind !== 'boolean') throw this.#wrong(key, 'true or false', node);
    return node.value;
  }

  /** A whole number of 0 or more, written without point or exponent, of at most `bits` bits. */
  unsigned(key: string, bits: 16 | 32 | 64): bigint | undefined {
    const node = this.#values.get(key);
    if (node === undefined) return undefined;
    const wanted = 'a whole number of 0 or more, written without a decimal point';
    if (node.kind !== 'number' || !/^[0-9]+$/.test(node.text)) {
      throw this.#wrong(key, wanted, node);
    }
    const value = node.text.length > 20 ? 1n << 64n : BigInt(node.text);
    if (value >= 1n << BigInt(bits)) throw this.#wrong(key, `below 2^${bits}`, node);
    return value;
  }

  /** Any JSON number, where `null` means the same as absent. */
  optionalNumber(key: string): number | undefined {
    const node = this.#values.get(key);
    if (node === undefined || node.kind === 'null') return undefined;
    if (node.kind !== 'number') throw this.#wrong(key, 'a number', node);
    const value = Number(node.text);
    if (!Number.isFinite(value)) throw this.#wrong(key, 'a number within range', node);
    return value;
  }

  time(key: string): Time | undefined {
    const node = this.#values.get(key);
    if (node === undefined) return undefined;
    const wanted = 'a time with zone such as "2026-01-05T10:00:00.000Z"';
    if (node.kind !== 'string') throw this.#wrong(key, wanted, node);
    const time = node.flaw === undefined ? parseTime(node.value) : undefined;
    if (time === undefined) throw this.#wrong(key, wanted, node);
    return time;
  }

  isNull(key: string): boolean {
    return this.#values.get(key)?.kind === 'null';
  }

  missing(key: string, why: string): ParseError {
    return new ParseError(`"${key}" is missing in ${this.what}. ${why}`);
  }

  #wrong(key: string, wanted: string, node: JsonNode): ParseError {
    return new ParseError(`"${key}" in ${this.what} must be ${wanted}; got ${shown(node)}.`);
  }
}
