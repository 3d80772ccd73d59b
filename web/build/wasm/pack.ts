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
const BAR = '|'.charCodeAt(0);

export function pack(module: Uint8Array): Packed {
  const sections = sectionsOf(module);
  const rest = sections.filter(({ id }) => id !== DATA && id !== DATA_COUNT);
  const data = sections.find(({ id }) => id === DATA);
  return {
    code: printable(withSections(module, rest)),
    ...(data ? textsOf(data.content) : { texts: '', textsAt: 0 }),
  };
}

/**
 * Bytes as printable ASCII without a double quote, which the string around it would have to escape: whole
 * words of four characters besides the blanks, as `unpack` wants it.
 */
export function printable(bytes: Uint8Array): string {
  let text = '';
  for (const value of bytes) {
    text += ' '.repeat(value / 92) + String.fromCharCode(35 + (value % 92));
  }
  return `${text} ${'#'.repeat(-bytes.length & 3)}`;
}

/** One stretch of the memory as the module is to find it. */
interface Segment {
  address: number;
  bytes: Uint8Array;
}

function segmentsOf(data: Uint8Array): Segment[] {
  const reader = new Reader(data);
  return Array.from({ length: reader.number() }, () => {
    const mode = reader.byte();
    const opcode = reader.byte();
    const address = reader.number();
    if (mode !== 0 || opcode !== CONST || reader.byte() !== END) {
      throw new Error('the module has data of another kind than web/build/wasm/pack.ts knows');
    }
    return { address, bytes: reader.block() };
  });
}

/** Says which byte of a segment cannot be written as text, and what it may come from. */
function check({ address, bytes }: Segment): void {
  const at = bytes.findIndex((byte) => byte !== 0 && (byte < 32 || byte > 126 || byte === BAR));
  if (at < 0) return;

  const hexadecimal = bytes[at]!.toString(16).padStart(2, '0');
  const before = new TextDecoder('latin1').decode(bytes.subarray(0, at));
  const start = before.lastIndexOf('\0') + 1;
  throw new Error(
    `the module has the byte 0x${hexadecimal} at ${address + at}, behind ` +
      `${JSON.stringify(before.slice(start))}. Its constants travel as printable ASCII, in which "|" ` +
      'is NUL: a C string with another character, or a table of numbers or pointers, must be written ' +
      'in another way; see web/build/wasm/pack.ts.',
  );
}

function textsOf(data: Uint8Array): { texts: string; textsAt: number } {
  const segments = segmentsOf(data);
  const textsAt = segments[0]?.address ?? 0;
  let texts = '';
  for (const segment of segments) {
    check(segment);
    texts = texts.padEnd(segment.address - textsAt, '|') + new TextDecoder().decode(segment.bytes);
  }
  return { texts: texts.replaceAll('\0', '|'), textsAt };
}
