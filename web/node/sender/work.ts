/** What the thread of the last word is given, and where its answers go. */
export interface Work {
  url: string;
  bodies: string[];
  proxy: string;
  /** How many answers there are; from the next element on the status of each, 0 for none. */
  answers: Int32Array;
}

/** The element that counts. */
export const ANSWERED = 0;
export const statusAt = (index: number): number => ANSWERED + 1 + index;
