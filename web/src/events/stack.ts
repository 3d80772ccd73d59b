/**
 * Frames of the stacks of Chromium, Firefox, WebKit and Node, as Sentry takes them. Of a line the engine's
 * pattern finds the function and the place, and what a place says that is no address is put right. Parsers
 * that others keep up take the third power of a line's length, which a page may choose: 1.3 s for a
 * thousand blanks in @sentry/browser 11.12, 0.8 s for a thousand quotes in error-stack-parser-es 2.0.
 * `tests/web/events` holds this one against Sentry's.
 */

export interface Frame {
  filename?: string | undefined;
  function?: string | undefined;
  lineno?: number | undefined;
  colno?: number | undefined;
  in_app: boolean;
}

/** Frames of one stack at most; the innermost ones. */
export const FRAMES_MAX = 50;
/** A longer line is no frame; Sentry's parsers draw the line there, too. */
const LINE_MAX = 1024;

/** `at name (place)` or `at place`. A place may have parentheses, and that somebody waited is no part of it. */
const V8_LINE = /^\s*at (?:(?:<anonymous>|((?:(?! \().)*)) \((.*)\)|(?:async )?(.*))$/;
/** `name@place` or `place`. Both may have an `@`, as a package with its scope or its version does. */
const OTHER_LINE = /^(?:(?!\w+:)(.*?)@(?=[\w-]+:|[^@]*$)|(?=.*:\d+$))(.+)$/;

const V8_PLACE = /:\d|^(native|<anonymous>)$/;
/** The place of code that `eval` made is where it was called, which may be in a script without an address. */
const V8_EVAL = /^(?:eval at [^(]*\()+(.*?:\d+:\d+)\).*/;
const GECKO_EVAL = / line (\d+)( > \w+ line \d+)* > \w+:\d+:\d+$/;
/** Of a data address only the type says anything. */
const DATA = /^(data:[^,]*),.*?((:\d+)*)$/;
const PLACE = /^(.*?)(?::(\d+))?(?::(\d+))?$/;

/** Code that is not the page's: the engine's, an extension's, or without an address. */
const FOREIGN = /^(native|self-hosted|\[|<(?!data)|[a-z-]+-(extension|masked-url):)/;

function frameOf(name: string | undefined, place: string): Frame {
  const plain = place.replace(V8_EVAL, '$1').replace(GECKO_EVAL, ':$1').replace(DATA, '<$1>$2');
  const [, file, line, column] = PLACE.exec(plain)!;
  const filename = file || '<anonymous>';
  return {
    filename,
    function: name || (/ > eval:/.test(place) ? 'eval' : '?'),
    lineno: Number(line) || undefined,
    colno: Number(column) || undefined,
    in_app: !FOREIGN.test(filename),
  };
}

/** The frames of a stack, oldest first, without the innermost ones that its error has `added`. */
export function framesOf(stack: string, added = 0): Frame[] {
  const lines = stack.split('\n').filter((line) => line.length <= LINE_MAX);
  const framesIn = (pattern: RegExp, isPlace: RegExp) =>
    lines.flatMap((line) => {
      const [, name, inner, place = inner] = pattern.exec(line) ?? [];
      return place && isPlace.test(place) ? frameOf(name, place) : [];
    });
  const ofV8 = framesIn(V8_LINE, V8_PLACE);
  const frames = ofV8.length ? ofV8 : framesIn(OTHER_LINE, /./);
  return frames.slice(added, added + FRAMES_MAX).reverse();
}
