/** What can be read from a stack, in time that does not depend on what somebody wrote into it. */

/** Characters of a message, and of the end of a stack, that are looked at: some stacks begin with it. */
export const MESSAGE_MAX = 4096;
export const STACK_MAX = 16384;
/** Characters of a line beyond which it is no frame. */
const LINE_MAX = 1024;

/**
 * The address in a line that ends in one, with its positions behind it and perhaps in parentheses:
 * `at f (https://cdn.example/a.js:1:2)`, `f@https://cdn.example/a.js:1:2`.
 */
export function addressOf(text: string): string {
  if (text.length > LINE_MAX) return '';
  /* Chromium's frame of code that another one made: `at eval (eval at f (ADDRESS:1:2), <anonymous>:1:2)`. */
  const line = text.replace(/\), <anonymous>.*/, ')');
  const last = line.endsWith(')') ? line.length - 1 : line.length;
  let end = last;
  for (let at = end; at > 0;) {
    const character = line.charCodeAt(at - 1);
    if (character >= 48 && character <= 57) at--;
    else if (character === 58 && at < end) end = --at;
    else break;
  }
  /* An address alone is a part of a message. */
  if (end === last) return '';
  const slashes = line.lastIndexOf('://', end);
  let start = slashes < 0 ? line.indexOf('/') : slashes;
  while (slashes > 0 && start > 0 && /[a-z-]/i.test(line[start - 1]!)) start--;
  const address = start < 0 ? '' : line.slice(start, end);
  return /[\s()]/.test(address.replace(/\([^\s()]*\)/g, '')) ? '' : address;
}

/** The address of the innermost frame, as Sentry's URL lists take it. */
export function innermost(stack: string): string {
  for (const line of stack.split('\n')) {
    const address = addressOf(line);
    if (address) return address;
  }
  return '';
}
