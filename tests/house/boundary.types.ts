/**
 * What tsc refuses (`npm run lint`, and tests/house/boundary.test.ts): a number of the boundary that was
 * written by hand. Each line below an expectation has to be an error.
 */
import { Consent, Option, SessionStatus } from '../../web/src/abi.js';
import type { Core, PageCalls } from '../../web/src/core/boundary.js';

export function refused(core: Core, calls: PageCalls, some: number): void {
  // @ts-expect-error
  core._set_text(0, some);
  // @ts-expect-error
  core._set_text(some, some);
  // @ts-expect-error
  core._set_text(Consent.DENIED, some);
  // @ts-expect-error
  core._set_number(8, some);
  // @ts-expect-error
  core._set_number(Option.CONSENT, 2);
  // @ts-expect-error
  core._set_number(Option.UNHANDLED, some);
  // @ts-expect-error
  core._set_consent(2);
  // @ts-expect-error
  core._end(1, some);
  // @ts-expect-error
  core._count(1);

  // @ts-expect-error
  calls.set_text(0, some);
  // @ts-expect-error
  calls.set_number(8, some);
  // @ts-expect-error
  calls.set_number(Option.CONSENT, 2);
  // @ts-expect-error
  calls.set_consent(some);
  // @ts-expect-error
  calls.end(1);
  // @ts-expect-error
  calls.error(1);
  // @ts-expect-error
  calls.count(some);
}

export function taken(core: Core, some: number): void {
  core._set_number(Option.PER_MINUTE, some);
  core._set_number(Option.UNHANDLED, SessionStatus.UNHANDLED);
  core._set_consent(Consent.DENIED);
}
