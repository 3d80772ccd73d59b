import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { abiText } from '../../web/build/steps/abi.js';
import { boundaryOf, boundaryText } from '../../web/build/steps/boundary.js';
import {
  AGE_MAX_MS,
  Consent,
  ENVELOPE_MAX,
  Option,
  statusWords,
  VERSION,
} from '../../web/src/abi.js';

const header = `
#define CRASHFREE_DAYS_MS (5.0 * 24 * 60) /* five days (protocol 1.3) */
typedef enum crashfree_end { CRASHFREE_END_OK = 0, /* = 7, */ CRASHFREE_END_EXITED = 1 } crashfree_end;
`;

describe('web/src/abi.ts', () => {
  it('has what include/crashfree.h says', () => {
    assert.deepEqual([Option.DSN, Option.CONSENT, Consent.DENIED], [0, 6, 2]);
    assert.deepEqual([ENVELOPE_MAX, AGE_MAX_MS, VERSION], [30000, 432_000_000, '0.1.0']);
    assert.equal(statusWords[0], 'active');
  });

  it('names an enum without the words that its members share', () => {
    const text = abiText(header);
    assert.match(text, /export const DAYS_MS = 7200;/);
    assert.match(text, /export const End = \{\n  OK: 0 as Of<'end', 0>,\n  EXITED: 1 as/);
  });

  for (const [part, instead, reason] of [
    ['= 1 }', '}', /crashfree_end has a member without a number: CRASHFREE_END_EXITED/],
    ['5.0 *', 'sizeof(int) *', /CRASHFREE_DAYS_MS is no number/],
    ['typedef enum', 'enum', /have no limits or no enums/],
  ] as const) {
    it(`is refused with the reason: ${reason.source}`, () => {
      assert.throws(() => abiText(header.replace(part, instead)), reason);
    });
  }
});

const sources = `
#include "boundary.h"
IMPORT(ask) bool cf_import_ask(const char *text, size_t text_length, bool twice);
static int own(int value);
bool EXPORT(restore)(size_t length, /* not, mode */ bool killed, OPTIONAL double at);
crashfree_status EXPORT(status)(void);
void EXPORT(end)(crashfree_session_status status,
                 uint32_t count);
`;

describe('the boundary of a module in web/src/abi.ts', () => {
  it('is what its sources declare: what is bool or of an enum goes in as such', () => {
    assert.equal(
      boundaryText('Page', boundaryOf(sources)),
      `
export type PageExports = {
  memory: WebAssembly.Memory;
  restore(length: number, killed: boolean, at?: number): number;
  status(): Status;
  end(status: SessionStatus, count: number): void;
};
export type PageImports = {
  ask(text: number, textLength: number, twice: number): boolean;
};
`,
    );
  });

  it('is refused if it has a type that WebAssembly has no number for', () => {
    const struct = 'void EXPORT(take)(struct event event);';
    assert.throws(() => boundaryOf(struct), /knows no type of WebAssembly for struct event/);
  });
});
