import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { framesOf, FRAMES_MAX } from '../../../web/src/events/stack.js';
import { exceptionsOf } from '../../../web/src/events/exceptions.js';
import { fc } from '../fakes/check.js';
import { anything, nastyText } from '../fakes/texts.js';

/** What makes parsers go back and forth: half a line of one, half of another, and so many times. */
const piece = fc.constantFrom(
  '(',
  ')',
  ' (',
  '"',
  '","',
  '"@',
  '@',
  ' > eval',
  '(eval at ',
  ':1',
  'data:',
);
const hostileLine = fc
  .tuple(fc.constantFrom('', '    at f (', 'f@'), piece, piece, fc.constantFrom('', ')', ':1:1'))
  .map(
    ([head, one, other, end]) =>
      head + (one.repeat(20) + other.repeat(20)).slice(0, 400).repeat(2) + end,
  );

describe('the frames of a stack', () => {
  /* Parsers that go back and forth take minutes for one such line, and the test would not end. */
  it('are found, or none are, in lines that are hostile', () => {
    fc.assert(
      fc.property(hostileLine, (line) => {
        const frames = framesOf(`${line}\nf@https://cdn.example/a.js:1:2`);
        assert.ok(frames.length <= 2);
      }),
      { numRuns: 1000 },
    );
  });

  it('are at most as many as an event takes', () => {
    fc.assert(
      fc.property(nastyText, fc.integer({ min: 1, max: 100 }), (text, times) => {
        assert.ok(framesOf(`${text}\n`.repeat(times)).length <= FRAMES_MAX);
      }),
    );
  });

  it('are of an exception whatever is thrown', () => {
    fc.assert(
      fc.property(anything, fc.boolean(), (thrown, isRejection) => {
        const values = exceptionsOf(thrown(), { type: 'generic', handled: true }, isRejection);
        assert.ok(
          values.length > 0 && values.every(({ type, value }) => type && value !== undefined),
        );
      }),
    );
  });
});
