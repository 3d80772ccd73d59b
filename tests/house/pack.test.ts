import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { leb, withSections } from '../../web/build/wasm/format.js';
import { pack, printable } from '../../web/build/wasm/pack.js';
import { unpack } from '../../web/src/core/unpack.js';

const HEADER = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const DATA = 11;

/** A module that holds nothing but these bytes of memory. */
function moduleWith(segments: [address: number, text: string][], mode = 0): Uint8Array {
  const content = segments.flatMap(([address, text]) => {
    const bytes = Buffer.from(text, 'latin1');
    return [mode, 0x41, ...leb(address), 0x0b, ...leb(bytes.length), ...bytes];
  });
  return withSections(HEADER, [
    { id: DATA, content: Uint8Array.from([...leb(segments.length), ...content]) },
  ]);
}

describe('the packed module', () => {
  it('has its texts apart, in place', () => {
    const packed = pack(
      moduleWith([
        [1024, 'ok\0exited\0'],
        [1036, '{"'],
      ]),
    );
    assert.deepEqual(packed, { code: printable(HEADER), texts: 'ok|exited|||{"', textsAt: 1024 });
  });

  it('is unpacked to the byte, whatever its bytes are and however many', () => {
    for (let length = 1; length < 300; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => index && index * 37 + length);
      assert.deepEqual(unpack(printable(bytes)).slice(), bytes);
    }
  });

  it('may have no texts', () => {
    assert.deepEqual(pack(HEADER), { code: printable(HEADER), texts: '', textsAt: 0 });
  });

  for (const [text, reason] of [
    [
      'ok\0two\nlines\0',
      /the byte 0x0a at 1030, behind "two"\..* a C string with another character/,
    ],
    ['a|b', /the byte 0x7c at 1025, behind "a"/],
    ['\x04\x10\0\0', /the byte 0x04 at 1024, behind ""\..* a table of numbers or pointers/],
    ['ok\0 l\xc3\xa4den', /the byte 0xc3 at 1029, behind " l"/],
    ['\x7f', /the byte 0x7f/],
  ] as const) {
    it(`names what it cannot hold: ${JSON.stringify(text)}`, () => {
      assert.throws(() => pack(moduleWith([[1024, text]])), reason);
    });
  }

  it('is refused where the module asks for its data by itself', () => {
    assert.throws(() => pack(moduleWith([[1024, 'a']], 1)), /data of another kind/);
  });
});
