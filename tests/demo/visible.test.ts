import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { visible } from '../../web/server/page/visible.js';

describe('text on the page', () => {
  const kept = ['shop@1.0.0', 'قائمة 購物車 Straße', '👩‍👩‍👧', 'می‌خواهم', '{\n\t"a": 1\r\n}', ''];
  for (const text of kept) {
    it(`is left alone: ${JSON.stringify(text)}`, () => assert.equal(visible(text), text));
  }

  const named = {
    '\u202eevil@1': '\\u{202e}evil@1',
    'a\u2066b\u2069': 'a\\u{2066}b\\u{2069}',
    '\u200bshop\ufeff\u00ad': '\\u{200b}shop\\u{feff}\\u{ad}',
    '\0\x1b[31m\x85\u2028': '\\u{0}\\u{1b}[31m\\u{85}\\u{2028}',
    '\u{e0041}': '\\u{e0041}',
  };
  for (const [text, expected] of Object.entries(named)) {
    it(`names what nobody would see: ${expected}`, () => assert.equal(visible(text), expected));
  }
});
