import { Decompress } from 'fzstd';
import xxhash from 'xxhash-wasm';

const { create64 } = await xxhash();

/** There is more in it than may be. */
export class TooLarge extends Error {}

const MAGIC = 0xfd2fb528;
/** Frames of this magic number, whatever its last digit, hold what is not read. */
const SKIPPED_MAGIC = 0x184d2a50;
const RLE = 1;
const HAS_SUM = 4;
/** What the decoder of Relay looks back at most, by its default. */
const MAX_WINDOW = 128 << 20;
/**
 * A limit of this collector: the decoder moves its window with each block, so that a small body of tiny
 * blocks would keep it busy for minutes. This much takes half a second; programs that write 20 MiB with
 * their default window need a sixth of it.
 */
const MAX_WORK = 2 ** 31;
const MAX_BLOCKS = 1000;

interface Frame {
  isSkipped: boolean;
  end: number;
  /** How many bytes it says that there are in it. */
  length?: number;
  /** The lower half of their hash. */
  sum?: number;
  /** A frame that is skipped is one, as it is work, too. */
  blocks: number;
  /** How many bytes it looks back. */
  window: number;
}

/** How many bytes a frame says that it holds. */
function lengthAt(bytes: Buffer, at: number, size: number): number {
  if (size === 0) return 0;
  // A field of two bytes goes on where one of one byte ends.
  return bytes.readUIntLE(at, Math.min(size, 6)) + (size === 2 ? 256 : 0);
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** The frame that begins at `start`. */
function findFrame(bytes: Buffer, start: number): Frame {
  const magic = bytes.readUInt32LE(start);
  if (magic >>> 4 === SKIPPED_MAGIC >>> 4) {
    const end = start + 8 + bytes.readUInt32LE(start + 4);
    return { isSkipped: true, end, blocks: 1, window: 0 };
  }
  if (magic !== MAGIC) throw new Error('no zstd');
  const flags = bytes.readUInt8(start + 4);
  const isSingle = (flags & 0x20) !== 0;
  const sizeLength = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  const dictionary = [0, 1, 2, 4][flags & 3] ?? 0;
  const size = start + 5 + (isSingle ? 0 : 1) + dictionary;
  const length = lengthAt(bytes, size, sizeLength);
  const window = isSingle ? length : windowOf(bytes.readUInt8(start + 5));
  let end = size + sizeLength;
  let blocks = 0;
  for (let isLast = false; !isLast; blocks++) {
    const header = bytes.readUIntLE(end, 3);
    isLast = (header & 1) !== 0;
    end += 3 + (((header >> 1) & 3) === RLE ? 1 : header >> 3);
  }
  const frame: Frame = { isSkipped: false, end, blocks, window };
  if (sizeLength > 0) frame.length = length;
  if (!(flags & HAS_SUM)) return frame;
  return { ...frame, end: end + 4, sum: bytes.readUInt32LE(end) };
}

/** What is in a frame, of at most so many bytes, if it is what the frame says. */
function decodeFrame(bytes: Buffer, frame: Frame, maxLength: number): Buffer {
  const parts: Uint8Array[] = [];
  const sum = frame.sum === undefined ? undefined : create64();
  let length = 0;
  const stream = new Decompress((part) => {
    length += part.length;
    if (length > maxLength) throw new TooLarge();
    sum?.update(part);
    parts.push(part);
  });
  stream.push(bytes, true);
  if (frame.length !== undefined && frame.length !== length) throw new Error('the length is wrong');
  // A frame keeps the lower half of the sum.
  if (sum && frame.sum !== Number(BigInt.asUintN(32, sum.digest()))) {
    throw new Error('the sum is wrong');
  }
  return Buffer.concat(parts);
}

/** All frames, and nothing behind them. */
export function decodeZstd(body: Uint8Array, maxLength: number): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const parts: Uint8Array[] = [];
  let [length, work, blocks] = [0, 0, 0];
  for (let at = 0; at < bytes.length;) {
    const frame = findFrame(bytes, at);
    if (frame.end > bytes.length) throw new Error('the end is missing');
    if (frame.window > MAX_WINDOW) throw new Error('its window is too large');
    blocks += frame.blocks;
    work += frame.blocks * frame.window;
    if (blocks > MAX_BLOCKS || work > MAX_WORK) throw new Error('more than this collector reads');
    if (!frame.isSkipped) {
      const part = decodeFrame(bytes.subarray(at, frame.end), frame, maxLength - length);
      length += part.length;
      parts.push(part);
    }
    at = frame.end;
  }
  return Buffer.concat(parts);
}
