/**
 * What crosses the boundary of the module: numbers and texts. `src/wasm/page.c` declares it, from where
 * `web/src/abi.ts` has it, and `include/crashfree.h` says what each call does. The build gives the members
 * with an underscore their names there, or short ones where the module is inside the script.
 */
import type { Consent, Option, PageExports, PageImports, SessionStatus } from '../abi';

/** The members by the names that the build looks for. */
type Underscored<Members> = { [Name in keyof Members & string as `_${Name}`]: Members[Name] };

/** The options that are numbers of no enum. */
type NumberOption = Exclude<Option, typeof Option.CONSENT | typeof Option.UNHANDLED>;

/** The exports; a number of one option is none of another, which C does not tell apart. */
export type PageCalls = Omit<PageExports, 'set_number'> & {
  set_number(option: typeof Option.CONSENT, value: Consent): void;
  set_number(option: typeof Option.UNHANDLED, value: SessionStatus): void;
  set_number(option: NumberOption, value: number): void;
};
export type Exports = Underscored<PageCalls>;

/** What the core asks of its host. Texts lie at an address of its memory. */
export type Host = Underscored<Pick<PageImports, 'wake' | 'fetch' | 'before_send'>>;

/** The imports of the module. */
export type Imports = { _env: Underscored<PageImports> };

/** The core, and the ways in and out of its memory. */
export interface Core extends Exports {
  /** A text in the memory; without an address what a call wrote to the buffer. */
  _read(length: number, address?: number): string;
  /** Writes a text to the buffer and returns its length, for a call that takes it. */
  _write(text: string): number;
}
