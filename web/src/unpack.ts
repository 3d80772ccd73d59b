/** The module inside a script, as `web/build/pack.ts` wrote it. */
import { code } from 'crashfree:wasm';

/**
 * The bytes of the module but for its texts. A character from `#` to `~` stands for a value from 0 to
 * 91; a blank before it adds 92, an exclamation mark 184.
 */
export function unpack(): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let high = 0;
  for (const character of code) {
    const value = character.charCodeAt(0) - 32;
    if (value < 2) high = 92 + 92 * value;
    else {
      bytes.push(value - 3 + high);
      high = 0;
    }
  }
  return new Uint8Array(bytes);
}
