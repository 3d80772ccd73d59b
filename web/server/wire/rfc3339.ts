/** A moment: Unix milliseconds, and whether it was written with another offset than UTC. */
export interface Time {
  ms: number;
  offset: boolean;
}

/** White space as Unicode defines it, which is not what \s means. */
const W = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*';
const N = `${W}(\\d{1,2})`;
const DATE = `${W}(\\d{1,4}|[+-]\\d+)${W}-${N}${W}-${N}`;
const TIME = `${N}${W}:${N}${W}:${N}(?:\\.(\\d+))?${W}`;
const COLON = W.replace('[', '[:');
/** The minus may be a hyphen or U+2212. */
const ZONE = `(?:[Zz]|[Uu][Tt][Cc]|([+\\-\\u2212])(\\d\\d)${COLON}([0-5]\\d))`;
const RELAXED = new RegExp(`^${DATE}[Tt ]${TIME}${ZONE}${W}$`);
const MAX_LENGTH = 4096;
/** The years that chrono knows. */
const [MIN_YEAR, MAX_YEAR] = [-262_143, 262_142];

/**
 * Reads an RFC 3339 time in the relaxed form that Rust's chrono takes: blanks between the parts,
 * parts of one digit, `UTC`, `+0100`. The zone is required. Second 60 is read as second 59.
 */
export function parseTime(text: string): Time | undefined {
  const match = text.length > MAX_LENGTH ? null : RELAXED.exec(text);
  if (match === null) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day] = [part(1), part(2), part(3)];
  const [hour, minute, second] = [part(4), part(5), part(6)];
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) {
    return undefined;
  }
  if (year < MIN_YEAR || year > MAX_YEAR) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCDate() !== day) return undefined;
  const [offsetHour, offsetMinute] = [part(9), part(10)];
  if (offsetHour > 23) return undefined;
  const offset = (offsetHour * 60 + offsetMinute) * 60_000 * (match[8] === '+' ? 1 : -1);
  const fraction = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const seconds = (hour * 60 + minute) * 60 + Math.min(second, 59);
  return { ms: date.getTime() + seconds * 1000 + fraction - offset, offset: offset !== 0 };
}
