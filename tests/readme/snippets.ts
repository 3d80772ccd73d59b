import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../web/build/run.js';

export interface Snippet {
  language: string;
  /** What the comment before it says: `<!-- test: NAME -->`. */
  name: string | undefined;
  text: string;
  line: number;
}

/** The fenced snippets of the README. */
export function snippets(): Snippet[] {
  const lines = readFileSync(join(root, 'README.md'), 'utf8').split('\n');
  const found: Snippet[] = [];
  let open: Snippet | undefined;
  lines.forEach((line, index) => {
    const fence = /^```(\w*)$/.exec(line);
    if (fence === null) {
      if (open) open.text += `${line}\n`;
    } else if (open) {
      found.push(open);
      open = undefined;
    } else {
      const name = /^<!-- test: ([a-z-]+) -->$/.exec(lines[index - 1] ?? '')?.[1];
      open = { language: fence[1]!, name, text: '', line: index + 1 };
    }
  });
  if (open) throw new Error(`README.md: the snippet of line ${open.line} does not end`);
  return found;
}

/** One snippet, with what is to be replaced for the test; all of it has to be there. */
export function snippet(name: string, replacements: Record<string, string>): string {
  let text = snippets().find((found) => found.name === name)?.text;
  if (text === undefined) throw new Error(`README.md has no snippet "${name}"`);
  for (const [old, replacement] of Object.entries(replacements)) {
    if (!text.includes(old)) throw new Error(`the snippet "${name}" has no ${old}`);
    text = text.replaceAll(old, replacement);
  }
  return text;
}

/** The address that stands in the README where people put their own. */
export const exampleDsn = 'https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/42';
