/** The module that decides how events leave; src/wasm/events.c declares its boundary. */
import { code } from 'crashfree:events-wasm';
import { EVENTS_LIMITS_MAX, EVENTS_PER_MINUTE, type EventsExports } from '../abi';
import { unpack } from '../core/unpack';
import type { EventsOptions } from './options';

export interface EventsCore extends EventsExports {
  /** Writes the limits of an answer where `respond` reads them; returns their length. */
  write(limits: string): number;
}

/**
 * Starts the module with the numbers among the options; `warn` hears of those that are none or out of
 * range, in whose place it has the defaults. Throws where there is no WebAssembly, or a policy forbids it.
 */
export function createEventsCore(
  { errorSampleRate, maxEventsPerMinute }: EventsOptions,
  warn: (text: string) => void,
): EventsCore {
  const number = (name: string, value: number | undefined, fallback: number, most: number) => {
    if (value! >= 0 && value! <= most) return +value!;
    if (value !== undefined) warn(`invalid-${name}, taken as ${fallback}`);
    return fallback;
  };
  const sampleRate = number('errorSampleRate', errorSampleRate, 1, 1);
  const perMinute = number('maxEventsPerMinute', maxEventsPerMinute, EVENTS_PER_MINUTE, Infinity);
  const module = new WebAssembly.Module(unpack(code));
  const exports = new WebAssembly.Instance(module).exports as unknown as EventsExports;
  const address = exports.init(sampleRate, perMinute);
  return {
    ...exports,
    /* Polyfills have no `encodeInto`. */
    write(limits) {
      const bytes = new TextEncoder().encode(limits).subarray(0, EVENTS_LIMITS_MAX);
      new Uint8Array(exports.memory.buffer).set(bytes, address);
      return bytes.length;
    },
  };
}
