/** A module inside a script, as `web/build/wasm/pack.ts` wrote it. */

/**
 * The bytes of the module but for its texts. A character from `#` to `~` stands for a value from 0 to
 * 91; each blank before it adds 92, and what follows the last blank only fills a word. This runs once, before
 * the engine has compiled it, where a call takes as long as many steps: so the engine takes the blanks out
 * of the whole text at once, and four characters are moved in one step.
 */
export function unpack(code: string): Uint8Array<ArrayBuffer> {
  const runs = code.split(' ');
  const bytes = new TextEncoder().encode(runs.join(''));
  const words = new Uint32Array(bytes.buffer, 0, bytes.length / 4);
  for (let i = words.length; i--;) words[i]! -= 0x23232323;

  runs.pop();
  let at = 0;
  for (const run of runs) bytes[(at += run.length)]! += 92;
  return bytes.subarray(0, at);
}
