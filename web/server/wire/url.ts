/** A limit of this collector: the time that a name of other letters takes grows with its square. */
const MAX_LENGTH = 8192;

/** Reads a whole URL as Rust's url crate and browsers do; undefined if it is none, or overlong. */
export const parseUrl = (text: string): URL | undefined =>
  text.length <= MAX_LENGTH && URL.canParse(text) ? new URL(text) : undefined;
