/** What Sentry's SDKs call what was thrown and is no error: they group by these words, and lists name them. */
import { attempt } from '../platform/attempt';
import { textOf } from '../platform/text';

/** Keys of an object that are named. */
const KEYS_MAX = 100;

export const isEvent = (value: unknown) => attempt(() => value instanceof Event);

/** It may take any time to make a text of an object, but for plain ones and events. */
export function wordsFor(thrown: unknown, isRejection: boolean): { type: string; value: string } {
  const kind = textOf(() => ({}).toString.call(thrown).slice(8, -1)) || 'Object';
  const how = `captured as ${isRejection ? 'promise rejection' : 'exception'}`;
  if (isEvent(thrown)) {
    const { type, message } = thrown as ErrorEvent;
    return {
      type: kind,
      value: textOf(() =>
        message
          ? `Event \`${kind}\` ${how} with message \`${message}\``
          : `Event \`${kind}\` (type=${type}) ${how}`,
      ),
    };
  }
  if (kind === 'WebAssembly.Exception') return { type: kind, value: 'wasm exception' };
  /* A rejection with a function, an array or a date is told as if it had been thrown. */
  const isNamed = isRejection && (kind === 'Object' || thrown !== Object(thrown));
  const type = isNamed ? 'UnhandledRejection' : 'Error';
  if (kind !== 'Object') {
    const prefix = isNamed ? 'Non-Error promise rejection captured with value: ' : '';
    return { type, value: prefix + textOf(() => String(thrown)) };
  }
  const keys = textOf(() =>
    Object.keys(thrown as object)
      .slice(0, KEYS_MAX)
      .sort()
      .join(', '),
  );
  return { type, value: `Object ${how} with keys: ${keys || '[object has no keys]'}` };
}
