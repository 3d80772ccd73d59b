/** XXH64, of which zstd keeps the lower half as the sum of what is in a frame. */

const [P1, P2, P3, P4, P5] = [
  0x9e37_79b1_85eb_ca87n,
  0xc2b2_ae3d_27d4_eb4fn,
  0x1656_67b1_9e37_79f9n,
  0x85eb_ca77_c2b2_ae63n,
  0x27d4_eb2f_1656_67c5n,
] as const;
/** Numbers of eight bytes that are taken in at once, one in each of four sums. */
const STRIPE = 4;

/** With the width in each step, engines compute without making an object of each number. */
const word = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, bits: bigint): bigint =>
  word((value << bits) | (value >> (64n - bits)));
const round = (sum: bigint, lane: bigint): bigint =>
  word(rotate(word(sum + word(lane * P2)), 31n) * P1);

/** All whole stripes. */
function hashStripes(lanes: BigUint64Array, end: number): bigint {
  let [a, b, c, d] = [word(P1 + P2), P2 as bigint, 0n, word(-P1)];
  for (let at = 0; at < end; at += STRIPE) {
    a = round(a, lanes[at]!);
    b = round(b, lanes[at + 1]!);
    c = round(c, lanes[at + 2]!);
    d = round(d, lanes[at + 3]!);
  }
  const mixed = rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n);
  return [a, b, c, d].reduce((hash, sum) => word((hash ^ round(0n, sum)) * P1 + P4), word(mixed));
}

/** The hash of all bytes, with the seed 0. */
export function xxh64(bytes: Uint8Array): bigint {
  const { buffer, length } = new Uint8Array(bytes);
  const lanes = new BigUint64Array(buffer, 0, length >> 3);
  const striped = lanes.length - (lanes.length % STRIPE);
  let hash = word((striped > 0 ? hashStripes(lanes, striped) : P5) + BigInt(length));
  for (const lane of lanes.subarray(striped)) {
    hash = word(rotate(hash ^ round(0n, lane), 27n) * P1 + P4);
  }
  const rest = Buffer.from(buffer, 8 * lanes.length);
  const half = rest.length & 4;
  if (half > 0) hash = word(rotate(hash ^ word(BigInt(rest.readUInt32LE()) * P1), 23n) * P2 + P3);
  for (const byte of rest.subarray(half)) {
    hash = word(rotate(hash ^ word(BigInt(byte) * P5), 11n) * P1);
  }
  hash = word((hash ^ (hash >> 33n)) * P2);
  hash = word((hash ^ (hash >> 29n)) * P3);
  return hash ^ (hash >> 32n);
}
