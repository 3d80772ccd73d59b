import type { Fields } from '../wire/fields.js';
import { entriesOf, textOf, type JsonNode } from '../wire/json.js';

/** What made a session end abnormally, as it was sent. */
export interface Mechanism {
  text: string;
  /** A Relay keeps only these words, and treats every other as none. */
  known: boolean;
}

const MECHANISMS = ['anr_foreground', 'anr_background'];

/** The word, or undefined if the value is neither a text nor `{"word": null}`, as enums may be. */
function wordIn(node: JsonNode): string | undefined {
  if (node.kind === 'string') {
    const { value, flaw } = textOf(node);
    return flaw === undefined ? value : undefined;
  }
  if (node.kind !== 'object') return undefined;
  const [entry, more] = entriesOf(node);
  if (entry === undefined || more !== undefined || entry.value.kind !== 'null') return undefined;
  return entry.key.flaw === undefined ? entry.key.value : undefined;
}

export function readMechanism(fields: Fields, key: string): Mechanism | undefined {
  const node = fields.get(key);
  if (node === undefined || node.kind === 'null') return undefined;
  const text = wordIn(node);
  if (text === undefined) throw fields.wrong(key, `${MECHANISMS.join(', ')} or null`, node);
  return { text, known: MECHANISMS.includes(text) };
}
