/** Finds the ends of JSON values, checks them, and builds nothing. */

export class JsonError extends Error {}
/** The text ends before the value does. */
export class JsonEnd extends JsonError {}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const ZERO = 0x30;
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const SHORT_ESCAPES = new Set([...'"\\/bfnrt'].map((sign) => sign.charCodeAt(0)));

export const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
const isHex = (byte: number | undefined): boolean =>
  byte !== undefined && /[0-9a-fA-F]/.test(String.fromCharCode(byte));
export const isDigit = (byte: number): boolean => byte >= ZERO && byte <= 0x39;
const isWord = (byte: number): boolean =>
  isDigit(byte) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x2b ||
  byte === 0x2d ||
  byte === 0x2e;

/** The offset behind the string that starts at `start`; throws if it is none. */
export function endOfString(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; ; at++) {
    const byte = bytes[at];
    if (byte === undefined) throw new JsonEnd('a string is not closed');
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20) throw new JsonError('a string holds a raw control character');
    if (byte !== BACKSLASH) continue;
    const code = bytes[++at];
    if (code === undefined) throw new JsonEnd('a string is not closed');
    if (code === 0x75) {
      for (let end = at + 4; at < end;) {
        const digit = bytes[++at];
        if (digit === undefined) throw new JsonEnd('a string is not closed');
        if (!isHex(digit)) throw new JsonError('a string holds a wrong \\u escape');
      }
    } else if (!SHORT_ESCAPES.has(code)) {
      const shown = String.fromCharCode(code).replace(/[^\x21-\x7e]/, '?');
      throw new JsonError(`a string holds the unknown escape \\${shown}`);
    }
  }
}

/** Which of the open values are objects: one bit a level, so that any depth fits. */
class Levels {
  #bits = new Uint8Array(16);
  depth = 0;

  push(isObject: boolean): void {
    const index = this.depth >> 3;
    if (index >= this.#bits.length) {
      const more = new Uint8Array(2 * this.#bits.length);
      more.set(this.#bits);
      this.#bits = more;
    }
    const bit = 1 << (this.depth++ & 7);
    if (isObject) this.#bits[index]! |= bit;
    else this.#bits[index]! &= ~bit;
  }

  get isObject(): boolean {
    const top = this.depth - 1;
    return ((this.#bits[top >> 3] ?? 0) & (1 << (top & 7))) !== 0;
  }
}

export class Scanner {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly maxDepth = Infinity,
  ) {}

  skipSpace(): number {
    while (isSpace(this.bytes[this.at])) this.at++;
    return this.at;
  }

  #unexpected(wanted: string): JsonError {
    const byte = this.bytes[this.at];
    if (byte === undefined) return new JsonEnd(`the text ends where ${wanted} should be`);
    const shown = byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte ${byte}`;
    return new JsonError(`found ${shown} where ${wanted} should be`);
  }

  /** A key and its colon. */
  skipKey(): void {
    if (this.bytes[this.skipSpace()] !== QUOTE) throw this.#unexpected('a quoted string');
    this.at = endOfString(this.bytes, this.at);
    if (this.bytes[this.skipSpace()] !== 0x3a) throw this.#unexpected('":"');
    this.at++;
  }

  /** The comma behind a value, if there is one. */
  skipSeparator(): void {
    if (this.bytes[this.skipSpace()] === COMMA) this.at++;
  }

  #skipScalar(): void {
    const { bytes } = this;
    const first = this.at;
    if (bytes[first] === QUOTE) {
      this.at = endOfString(bytes, first);
      return;
    }
    /* Most are short whole numbers, which need no text to be made of them. */
    let isWhole = bytes[first] !== ZERO;
    for (let byte = bytes[first] ?? 0; isWord(byte); byte = bytes[++this.at] ?? 0) {
      isWhole &&= isDigit(byte);
    }
    if (this.at === first) throw this.#unexpected('a JSON value');
    if (isWhole) return;
    const word = String.fromCharCode(...bytes.subarray(first, Math.min(this.at, first + 40)));
    if (word === 'true' || word === 'false' || word === 'null') return;
    const whole =
      this.at - first > 40 ? Buffer.from(bytes.subarray(first, this.at)).toString('latin1') : word;
    if (NUMBER.test(whole)) return;
    const message = `"${word}" is not a JSON value`;
    throw /^[-\d]/.test(word) && this.at === bytes.length
      ? new JsonEnd(message)
      : new JsonError(message);
  }

  /** Opens an object or an array; false if it is empty and closed at once. */
  #open(levels: Levels, isObject: boolean): boolean {
    this.at++;
    if (levels.depth >= this.maxDepth) {
      throw new JsonError(`it is nested deeper than ${this.maxDepth} levels`);
    }
    if (this.bytes[this.skipSpace()] === (isObject ? 0x7d : 0x5d)) {
      this.at++;
      return false;
    }
    levels.push(isObject);
    if (isObject) this.skipKey();
    return true;
  }

  /** Goes on behind a value: to the next one of the same level (true), or out of all of them. */
  #next(levels: Levels): boolean {
    while (levels.depth > 0) {
      const { isObject } = levels;
      const byte = this.bytes[this.skipSpace()];
      if (byte === COMMA) {
        this.at++;
        if (isObject) this.skipKey();
        return true;
      }
      if (byte !== (isObject ? 0x7d : 0x5d)) {
        throw this.#unexpected(isObject ? '"," or "}"' : '"," or "]"');
      }
      this.at++;
      levels.depth--;
    }
    return false;
  }

  /** Checks one value and returns the offset behind it. */
  skipValue(): number {
    const levels = new Levels();
    for (;;) {
      const byte = this.bytes[this.skipSpace()];
      if (byte === 0x7b || byte === 0x5b) {
        if (this.#open(levels, byte === 0x7b)) continue;
      } else {
        this.#skipScalar();
      }
      if (!this.#next(levels)) return this.at;
    }
  }
}
