/**
 * The module as it is written into a script: its code as characters that `unpack` in web/src reads,
 * and its texts as text, where a compressor knows their words and meets them in the script again.
 */
import { Reader, sectionsOf, withSections } from './format.js';

export interface Packed {
  /** The module without its texts, as `unpack` wants it. */
  code: string;
  /** The texts, `|` for NUL, and the address in the memory where they belong. */
  texts: string;
  textsAt: number;
}

const DATA = 11;
const DATA_COUNT = 12;
/** `i32.const`, and `end`, around the address of active data. */
const CONST = 0x41;
const END = 0x0b;

export function pack(module: Uint8Array): Packed {
  const sections = sectionsOf(module);
  const rest = sections.filter(({ id }) => id !== DATA && id !== DATA_COUNT);
  return {
    code: printable(withSections(module, rest)),
    ...textsOf(sections.find(({ id }) => id === DATA)!.content),
  };
}

/** Bytes as printable ASCII without a double quote, which the string around it would have to escape. */
export function printable(bytes: Uint8Array): string {
  let text = '';
  for (const value of bytes) {
    if (value >= 92) text += value < 184 ? ' ' : '!';
    text += String.fromCharCode(35 + (value % 92));
  }
  return text;
}

function textsOf(data: Uint8Array): { texts: string; textsAt: number } {
  const reader = new Reader(data);
  let texts = '';
  let textsAt = 0;
  for (let count = reader.number(); count > 0; count--) {
    const [mode, opcode, address, end] = [
      reader.byte(),
      reader.byte(),
      reader.number(),
      reader.byte(),
    ];
    if (mode !== 0 || opcode !== CONST || end !== END) {
      throw new Error('the module has data of another kind than web/build/wasm/pack.ts knows');
    }
    textsAt ||= address;
    texts = texts.padEnd(address - textsAt, '|') + new TextDecoder().decode(reader.block());
  }
  texts = texts.replaceAll('\0', '|');
  if (!/^[ -~]*$/.test(texts)) throw new Error('the module has data that is no text');
  return { texts, textsAt };
}
