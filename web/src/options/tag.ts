/** The script tags that stand for this script. */
import { attempt } from '../platform/attempt';
import { ofDocument } from '../platform/document';

/** The tag of the script that runs now. */
function currentTag(): HTMLScriptElement | undefined {
  const tag = ofDocument('currentScript');
  return tag instanceof window.HTMLScriptElement ? tag : undefined;
}

const TAG = 'script[data-dsn]';

/** The tags in open shadow trees, below a document or one of these trees. */
const shadowTags = (elements: NodeListOf<Element>): HTMLScriptElement[] =>
  [...elements].flatMap(({ shadowRoot }) =>
    shadowRoot
      ? [
          ...shadowRoot.querySelectorAll<HTMLScriptElement>(TAG),
          ...shadowTags(shadowRoot.querySelectorAll('*')),
        ]
      : [],
  );

/**
 * The tags that can have loaded this, where none of its own is current: loaders that run a text, modules,
 * and shadow trees, in which no tag ever is. The file may have any name.
 */
function loadedTags(): HTMLScriptElement[] {
  const query = ofDocument('querySelectorAll') as Document['querySelectorAll'];
  const found = [...query.call(document, TAG)] as HTMLScriptElement[];
  return current || found.length ? found : shadowTags(query.call(document, '*'));
}

const current = attempt(currentTag);

/** A text that an optimiser runs has a tag of its own, which says nothing. */
const isOurs = current && (current.src || current.dataset.dsn !== undefined);

/** All of them, none in a worker. The address of the first one is where the script's other files are, too. */
export const tags = isOurs ? [current] : (attempt(loadedTags) ?? []);
