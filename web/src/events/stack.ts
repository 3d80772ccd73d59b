/** Frames of the stacks of Chromium, Firefox, WebKit and Node, as Sentry takes them. */
/* error-stack-parser-es is kept up and, of its two parts for today's engines alone, 0.6 KB. */
import { parseFFOrSafariString, parseV8OrIeString } from 'error-stack-parser-es/lite';
import { attempt } from '../platform/attempt';

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

const V8 = /^\s*at .*(\S:\d+|\((native|<anonymous>)\)?)/;
const GECKO = /@|:\d+$/;
/** The place of code that `eval` made is where it was called, which may be in a script without an address. */
const V8_EVAL = /\(eval at .*? \((\S*?)(:\d+:\d+)\).*/;
/** Before an address stands for whom it waited, before a function it is a part of the name. */
const V8_ASYNC = /^(\s*at )async (?=[^(]*:\d+$)/;
const BUILT_IN = /\((native|<anonymous>)\)$/;
const GECKO_EVAL = / line (\d+)( > \w+ line \d+)* > \w+:\d+:\d+$/;
/** Code that is not the page's: the engine's, an extension's, or without an address. */
const FOREIGN = /^(native|self-hosted|\[native code\]|<anonymous>|[a-z-]+-(extension|masked-url):)/;
const NAMELESS = '<anonymous>';

/**
 * The parser drops the parentheses that a file's name has, as with Next.js's groups of routes, and reads
 * a line of quotes in the third power of its length: 0.8 s for a thousand.
 */
const HIDDEN = '()"';
const hide = (text: string) =>
  text.replace(/[()"]/g, (character) => String.fromCharCode(1 + HIDDEN.indexOf(character)));
const show = (text: string) =>
  text.replace(/[\x01-\x03]/g, (character) => HIDDEN[character.charCodeAt(0) - 1]!);

/** Of a data address only the type says anything. */
const DATA = /(data:[^,\s]*),.*(:\d+:\d+)/;

/** A line as the parser reads it rightly: a folder may be called `Program Files (x86)`. */
function v8Line(line: string): string {
  const plain = line
    .replace(V8_EVAL, (_, file: string, place: string) => `(${file || NAMELESS}${place})`)
    .replace(BUILT_IN, '($1:0)')
    .replace(V8_ASYNC, '$1');
  const place = plain.endsWith(')') ? plain.indexOf(' (') + 2 : 0;
  return place > 1 ? `${plain.slice(0, place)}${hide(plain.slice(place, -1))})` : hide(plain);
}

/** Without an `@` the parser would look for one from each of its characters on. */
const geckoLine = (line: string) => hide(line.replace(GECKO_EVAL, ':$1')).replace(/^[^@]*$/, '@$&');

/** The frames of a stack, oldest first, without the innermost ones that its error has `added`. */
export function framesOf(stack: string, added = 0): Frame[] {
  const lines = stack.split('\n').filter((line) => line.length <= LINE_MAX);
  const isV8 = lines.some((line) => V8.test(line));
  const parse = (line: string) => {
    const plain = line.replace(DATA, '<$1>$2');
    return isV8 ? parseV8OrIeString(v8Line(plain)) : parseFFOrSafariString(geckoLine(plain));
  };

  return lines
    .filter((line) => (isV8 ? V8 : GECKO).test(line))
    .slice(added, added + FRAMES_MAX)
    .flatMap((line) => attempt(() => parse(line)) ?? [])
    .filter(({ file, function: name, line }) => file ?? name ?? line)
    .map(({ file = NAMELESS, function: name, line, col }) => ({
      filename: show(file),
      function: show(name || '?'),
      lineno: line || undefined,
      colno: col,
      in_app: !FOREIGN.test(file),
    }))
    .reverse();
}
