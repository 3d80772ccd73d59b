/**
 * Gives back the bytes that `web/build/pack.ts` wrote as text: a character from `#` to `~` stands
 * for a value from 0 to 91; a blank before it adds 92, an exclamation mark 184.
 */
export function unpack(text: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let high = 0;
  for (const character of text) {
    const code = character.charCodeAt(0) - 32;
    if (code < 2) high = 92 + 92 * code;
    else {
      bytes.push(code - 3 + high);
      high = 0;
    }
  }
  return new Uint8Array(bytes);
}
