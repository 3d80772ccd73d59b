import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { Reject } from './reject.js';

/** Relay takes 200 MiB; a page never sends that much, and this keeps memory bounded. */
export const MAX_BODY = 20 << 20;

const LIMIT = { maxOutputLength: MAX_BODY };

class TooLarge extends Error {}

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

/** The offset behind the header of a gzip member. */
function gzipHeaderEnd(bytes: Buffer): number {
  const flags = bytes[3] ?? 0;
  if (bytes.length < 18 || bytes.readUInt16BE(0) !== 0x1f8b || bytes[2] !== 8 || flags & 0xe0) {
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
  return flags & 2 ? at + 2 : at;
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
  if (end + 8 > bytes.length || bytes.readUInt32LE(end) !== crc32(buffer)) {
    throw new Error('no gzip');
  }
  return buffer;
}

const ZSTD_MAGIC = 0xfd2fb528;
const ZSTD_RLE = 1;

/** The offset behind the first frame of zstd. */
function zstdFrameEnd(bytes: Buffer): number {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== ZSTD_MAGIC) throw new Error('no zstd');
  const flags = bytes[4] ?? 0;
  const isSingle = (flags & 0x20) !== 0;
  const contentSize = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  const dictionary = [0, 1, 2, 4][flags & 3] ?? 0;
  let at = 5 + (isSingle ? 0 : 1) + dictionary + contentSize;
  for (let isLast = false; !isLast;) {
    const header = bytes.readUIntLE(at, 3);
    isLast = (header & 1) !== 0;
    at += 3 + (((header >> 1) & 3) === ZSTD_RLE ? 1 : header >> 3);
  }
  at += flags & 4 ? 4 : 0;
  if (at > bytes.length) throw new Error('the end is missing');
  return at;
}

/** The first frame only, as with gzip. */
function zstd(body: Uint8Array): Uint8Array {
  const end = zstdFrameEnd(Buffer.from(body.buffer, body.byteOffset, body.length));
  const parts: Uint8Array[] = [];
  let length = 0;
  let isWhole = false;
  const stream = new Decompress((part, isLast) => {
    length += part.length;
    if (length > MAX_BODY) throw new TooLarge();
    parts.push(part);
    isWhole = isLast === true;
  });
  stream.push(body.subarray(0, end), true);
  if (!isWhole) throw new Error('the end is missing');
  return Buffer.concat(parts);
}

/** Relay takes these words, and minds their case; an empty one and `utf-8` mean none. */
const DECODERS = new Map<string, (body: Uint8Array) => Uint8Array>([
  ['', (body) => body],
  ['utf-8', (body) => body],
  ['identity', (body) => body],
  ['gzip', gunzipFirst],
  ['deflate', (body) => zlib.inflateSync(body, LIMIT)],
  ['br', (body) => zlib.brotliDecompressSync(body, LIMIT)],
  ['zstd', zstd],
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
