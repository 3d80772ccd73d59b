/** A module inside a script, as `web/build/wasm/pack.ts` wrote it. */

/**
 * The bytes of the module but for its texts. A character from `#` to `~` stands for a value from 0 to
 * 91; a blank before it adds 92, an exclamation mark 184.
 */
export function unpack(code: string): Uint8Array<ArrayBuffer> {
  /* In place: each value takes one character or two. By an index: nothing is as fast before it is compiled. */
  const bytes = new TextEncoder().encode(code);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    let character = bytes[at]!;
    if (character < 35) character = 92 * (character - 31) + bytes[++at]!;
    bytes[length++] = character - 35;
  }
  return bytes.subarray(0, length);
}
