/** Frames of the stacks of Chromium, Firefox, WebKit and Node, as Sentry takes them. */
/* error-stack-parser-es is kept up and, of its two parts for today's engines alone, 0.6 KB. */
import { parseFFOrSafariString, parseV8OrIeString } from 'error-stack-parser-es/lite';

export interface Frame {
  filename?: string | undefined;
  function?: string | undefined;
  lineno?: number | undefined;
  colno?: number | undefined;
  in_app: boolean;
}

/** Frames of one stack at most; the innermost ones. */
const FRAMES_MAX = 50;
/** Lines that are looked at, from the end: a message may stand before the frames. */
const LINES_MAX = 100;
/** A longer line is no frame; Sentry's parsers draw the line there, too. */
const LINE_MAX = 1024;

const V8 = /^\s*at .*(\S:\d+|\(native\)|<anonymous>\)?)/;
/** Code that is not the page's: the engine's, an extension's, or without an address. */
const FOREIGN = /^(native|\[native code\]|<anonymous>|[a-z-]+-(extension|masked-url):)/;

/** The frames of a stack, oldest first. */
export function framesOf(stack: string): Frame[] {
  const lines = stack
    .split('\n')
    .slice(-LINES_MAX)
    .filter((line) => line.length <= LINE_MAX);
  const own = lines.filter((line) => V8.test(line));
  const frames = own.length
    ? parseV8OrIeString(own.join('\n'))
    : parseFFOrSafariString(lines.filter((line) => /@|:\d+$/.test(line)).join('\n'));

  return frames
    .filter(({ file, function: name }) => file !== undefined || name)
    .slice(0, FRAMES_MAX)
    .map(({ file, function: name, line, col }) => ({
      filename: file,
      function: name || '?',
      lineno: line,
      colno: col,
      in_app: file !== undefined && !FOREIGN.test(file),
    }))
    .reverse();
}
