import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { complete, defaults, type Settings } from '../../../web/src/options/defaults.js';
import type { Options } from '../../../web/src/types/options.js';
import {
  addressOf,
  innermost,
  STACK_MAX,
  MESSAGE_MAX,
} from '../../../web/src/signals/stack-addresses.js';
import type { Report, Uncaught } from '../../../web/src/signals/error-details.js';
import { createJudge } from '../../../web/src/signals/judge.js';
import { fc } from '../fakes/check.js';
import { anything, nastyText } from '../fakes/texts.js';
import { workOf } from '../fakes/work.js';

const settingsOf = (options: Options): Settings => complete(options, defaults(), () => {});

/** What a judge makes of an error: one word for each time that it says something. */
function judged(error: unknown, report: Partial<Report>, options: Options = {}): string[] {
  const said: string[] = [];
  const judge = createJudge(settingsOf(options), {
    _count: (crashed) => said.push(crashed ? 'crash' : 'error'),
    _ignore: (rule) => said.push(rule),
    _isLeaving: () => true,
  });
  judge(error, { _at: 0, ...report });
  return said;
}

const reports: fc.Arbitrary<Partial<Report>> = fc.record({
  _isRejection: fc.boolean(),
  _handled: fc.boolean(),
  _isPrevented: fc.boolean().map((isPrevented) => () => isPrevented),
  _event: fc.option(
    fc
      .tuple(anything, anything)
      .map(([message, filename]) => ({ message: message(), filename: filename() }) as Uncaught),
    { nil: undefined },
  ),
});

/** An error of texts that are so many times as long. */
function enlarged([message, name, stack]: readonly string[], times: number): Error {
  const error = new Error(message!.repeat(times));
  return Object.assign(error, { name: name!.repeat(times), stack: stack!.repeat(times) });
}

describe('what is thrown', () => {
  before(() => Object.assign(globalThis, { location: new URL('https://shop.example/') }));
  after(() => Reflect.deleteProperty(globalThis, 'location'));

  it('is judged once, whatever it is', () => {
    fc.assert(
      fc.property(anything, reports, (error, report) => {
        assert.equal(judged(error(), report).length, 1);
      }),
    );
  });

  it('is judged once, whatever the lists of the page hold', () => {
    const lists = fc.array(
      fc.oneof(
        anything,
        fc.constant(() => /boom/g),
      ),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(anything, lists, (error, list) => {
        const patterns = list.map((make) => make()) as string[];
        const options = { ignoreErrors: patterns, denyUrls: patterns, allowUrls: patterns };
        assert.equal(judged(error(), {}, options).length, 1);
      }),
    );
  });

  it('takes work that does not grow with its texts', () => {
    /* Each text is looked at by a dozen of rules and lists. */
    const most = 40 * MESSAGE_MAX + 10 * STACK_MAX;
    fc.assert(
      fc.property(fc.tuple(nastyText, nastyText, nastyText), reports, (texts, report) => {
        for (const times of [1, 2, 100]) {
          const error = enlarged(texts, times);
          const work = workOf(() =>
            judged(error, report, { ignoreErrors: ['x'], denyUrls: ['x'] }),
          );
          assert.ok(work <= most, `${work} characters, ${times} times the text`);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is a cancellation by a word of a hundred characters before and behind at most', () => {
    /* Each of the words in a longer one would be tried with all that follows it. */
    for (const [before, behind, outcome] of [
      [99, 99, 'abort'],
      [100, 99, 'crash'],
      [99, 100, 'crash'],
    ] as const) {
      const word = `${'x'.repeat(before)}canceled${'x'.repeat(behind)}`;
      assert.deepEqual(judged({ code: word }, { _isRejection: true }), [outcome]);
    }
  });

  it('is not made a text of, if it is an object', () => {
    let asked = 0;
    const value = { toString: () => String(++asked), valueOf: () => ++asked };
    judged(value, { _isRejection: true });
    judged({ message: value, name: value, stack: value, code: value, type: value }, {});
    assert.equal(asked, 0);
  });
});

describe('a stack', () => {
  it('is read in work that grows as it does', () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        /* A line is looked at nine times, and split from the others once. */
        assert.ok(workOf(() => addressOf(text)) <= 9 * text.length + 64);
        assert.ok(workOf(() => innermost(text)) <= 10 * text.length + 64);
      }),
    );
  });

  it('gives an address without blanks and positions, or none', () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        assert.match(innermost(text), /^([^\s()]|\([^\s()]*\))*$/);
      }),
    );
  });

  it('gives the address of a frame between lines that are none', () => {
    const noFrame = fc.string({ maxLength: 80 }).map((line) => line.replace(/[\d\n/]/g, ''));
    fc.assert(
      fc.property(noFrame, fc.nat(), fc.nat(), (line, row, column) => {
        const address = 'https://shop.example/app.js';
        assert.equal(
          innermost(`${line}\n    at f (${address}:${row}:${column})\n${line}`),
          address,
        );
        assert.equal(innermost(`${line}\nf@${address}:${row}:${column}\n${line}`), address);
      }),
    );
  });
});
