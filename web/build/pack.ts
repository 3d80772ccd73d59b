// Bytes of crashfree.min.js that a 6,736-byte module costs (raw: 2,938 brotli, 3,146 gzip), decoder
// included: base64 3,848 brotli 4,494 gzip; as here 3,022 3,561; with every byte XORed 3,019 3,443;
// with a table of bytes by frequency 3,112 3,512; control characters let in 3,024 3,567.

/** Writes bytes as printable ASCII without a double quote; `unpack` in web/src reads it. */
export function pack(bytes: Uint8Array): string {
  let text = '';
  for (const value of bytes) {
    if (value >= 92) text += value < 184 ? ' ' : '!';
    text += String.fromCharCode(35 + (value % 92));
  }
  return text;
}
