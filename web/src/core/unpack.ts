/** A module inside a script, as `web/build/wasm/pack.ts` wrote it. */

/**
 * The bytes of the module but for its texts. A character from `#` to `~` stands for a value from 0 to
 * 91; each blank before it adds 92. This runs once, before the engine has compiled it: so it moves four
 * characters in one step, and has the engine find the blanks and copy what is between them, from the end on.
 */
export function unpack(code: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(code);
  const words = new Uint32Array(bytes.buffer, 0, bytes.length / 4);
  /* Takes 35 from each; a blank would be below zero and becomes 253, as it borrows the bit that none has. */
  for (let i = words.length; i--;) words[i] = (words[i]! + 0x5d5d5d5d) ^ 0x80808080;

  let start = bytes.length;
  for (let end = start, at; end > 0; end = at) {
    at = bytes.lastIndexOf(253, end - 1);
    start -= end - at - 1;
    bytes.copyWithin(start, at + 1, end);
    if (at >= 0) bytes[start]! += 92;
  }
  return bytes.subarray(start);
}
