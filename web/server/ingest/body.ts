import * as zlib from 'node:zlib';
import { Reject } from './reject.js';
import { decodeZstd, TooLarge } from './zstd.js';

/** Relay takes 200 MiB; a page never sends that much, and this keeps memory bounded. */
export const MAX_BODY = 20 << 20;

const LIMIT = { maxOutputLength: MAX_BODY };

const crcTable = Uint32Array.from({ length: 256 }, (_value, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

/** Node has its own from 20.15 on, which is much faster. */
function crc32(bytes: Uint8Array): number {
  if (typeof zlib.crc32 === 'function') return zlib.crc32(bytes);
  let crc = ~0;
  for (let at = 0; at < bytes.length; at++) {
    crc = (crcTable[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/** The offset behind the header of a gzip member. Relay does not look at the flags that are reserved. */
function gzipHeaderEnd(bytes: Buffer): number {
  const flags = bytes[3] ?? 0;
  if (bytes.length < 18 || bytes.readUInt16BE(0) !== 0x1f8b || bytes[2] !== 8) {
    throw new Error('no gzip');
  }
  let at = 10;
  if (flags & 4) at += 2 + bytes.readUInt16LE(at);
  for (const flag of [8, 16]) {
    if (!(flags & flag)) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) throw new Error('no gzip');
    at = end + 1;
  }
  if (!(flags & 2)) return at;
  if (bytes.readUInt16LE(at) !== (crc32(bytes.subarray(0, at)) & 0xffff))
    throw new Error('no gzip');
  return at + 2;
}

/** The first member only: Relay does not look at what follows it. Node's own would go on. */
function gunzipFirst(body: Uint8Array): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const start = gzipHeaderEnd(bytes);
  const { buffer, engine } = zlib.inflateRawSync(bytes.subarray(start), {
    ...LIMIT,
    info: true,
  }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
  const end = start + engine.bytesWritten;
  const isWhole =
    end + 8 <= bytes.length &&
    bytes.readUInt32LE(end) === crc32(buffer) &&
    bytes.readUInt32LE(end + 4) === buffer.length;
  if (!isWhole) throw new Error('no gzip');
  return buffer;
}

/** Relay takes these words, and minds their case; an empty one and `utf-8` mean none. */
const DECODERS = new Map<string, (body: Uint8Array) => Uint8Array>([
  ['', (body) => body],
  ['utf-8', (body) => body],
  ['identity', (body) => body],
  ['gzip', gunzipFirst],
  ['deflate', (body) => zlib.inflateSync(body, LIMIT)],
  ['br', (body) => zlib.brotliDecompressSync(body, LIMIT)],
  ['zstd', (body) => decodeZstd(body, MAX_BODY)],
]);

/** Undoes the content encoding. */
export function decodeBody(body: Uint8Array, encoding = ''): Uint8Array | Reject {
  const word = encoding.toLowerCase() === 'utf-8' ? 'utf-8' : encoding;
  const decode = DECODERS.get(word);
  if (decode === undefined) {
    const shown = JSON.stringify(encoding.slice(0, 40));
    return new Reject(
      415,
      `The content encoding ${shown} is not supported. Such an answer comes without CORS headers: ` +
        'a page cannot read it and takes it for a broken network.',
    );
  }
  const tooLarge = (): Reject =>
    new Reject(
      413,
      'The request body is larger than 20 MiB. That is a limit of this collector; a Relay takes 200 MiB.',
    );
  if (body.length > MAX_BODY) return tooLarge();
  try {
    return decode(body);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof TooLarge || code === 'ERR_BUFFER_TOO_LARGE') return tooLarge();
    return new Reject(400, `The body is not valid ${encoding}.`);
  }
}
