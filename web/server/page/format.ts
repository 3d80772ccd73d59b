import { LANGUAGE } from './language.js';

const integer = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const two = (value: number): string => String(value).padStart(2, '0');

export const count = (value: number): string => integer.format(value);

/** A rate in per cent; cut, not rounded up, so that 100 % means that nothing crashed. */
export function percent(rate: number | null): string {
  if (rate === null) return '–';
  const cut = Math.floor(rate * 10_000 + 1e-6) / 100;
  const digits = cut === 100 || cut === 0 ? 0 : cut > 99 ? 2 : 1;
  return `${cut.toFixed(digits).replace('-', '−')} %`;
}

export function bytes(value: number): string {
  return value < 10_000 ? `${count(value)} B` : `${(value / 1024).toFixed(1)} KiB`;
}

export function clock(ms: number): string {
  const date = new Date(ms);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export function dayAndMinute(ms: number): string {
  const date = new Date(ms);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function span(ms: number): string {
  if (ms < 60_000) return `${ms / 1000} seconds`;
  if (ms < 3600_000) return ms === 60_000 ? 'a minute' : `${ms / 60_000} minutes`;
  return ms === 3600_000 ? 'an hour' : `${ms / 3600_000} hours`;
}

export const plural = (number: number, word: string): string =>
  `${count(number)} ${word}${number === 1 ? '' : 's'}`;
