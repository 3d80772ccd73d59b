/** A moment: Unix milliseconds, and whether it was written with another offset than UTC. */
export interface Time {
  ms: number;
  offset: boolean;
}

const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):?(\d\d))$/;

/** Reads an RFC 3339 time. The zone is required; `+0100` is taken as well as `+01:00`. */
export function parseTime(text: string): Time | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day] = [part(1), part(2), part(3)];
  const [hour, minute, second] = [part(4), part(5), part(6)];
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) {
    return undefined;
  }
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCDate() !== day) return undefined;
  const [offsetHour, offsetMinute] = [part(9), part(10)];
  if (offsetHour > 23 || offsetMinute > 59) return undefined;
  const offset = (offsetHour * 60 + offsetMinute) * 60_000 * (match[8] === '-' ? -1 : 1);
  const fraction = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000);
  const ms = date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - offset;
  return { ms, offset: offset !== 0 };
}
