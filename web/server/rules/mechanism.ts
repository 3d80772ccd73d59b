import { variantOf, type Fields } from '../wire/fields.js';

/** What made a session end abnormally, as it was sent. */
export interface Mechanism {
  text: string;
  /** A Relay keeps only these words, and treats every other as none. */
  known: boolean;
}

const MECHANISMS = ['anr_foreground', 'anr_background'];

export function readMechanism(fields: Fields, key: string): Mechanism | undefined {
  const node = fields.get(key);
  if (node === undefined || node.kind === 'null') return undefined;
  const text = variantOf(node);
  if (text === undefined) throw fields.wrong(key, `${MECHANISMS.join(', ')} or null`, node);
  return { text, known: MECHANISMS.includes(text) };
}
