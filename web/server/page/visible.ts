/** What is not seen, or turns the direction of what comes after it: `Cf` but the joiners of scripts and emoji. */
const UNSEEN = /(?![\t\n\r\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Names such characters by their number: a release with one would write the rest of its line backwards. */
export const visible = (text: string): string =>
  text.replace(UNSEEN, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`);
