/** The script tags that stand for this script. */
import { ofDocument } from './platform/document';

/** The tag that is being run. */
function currentTag(): HTMLScriptElement | undefined {
  const tag = ofDocument('currentScript');
  return tag instanceof window.HTMLScriptElement ? tag : undefined;
}

/**
 * The tags that can have loaded this, where none is current: modules, loaders that run a text, and shadow
 * trees. The file may have any name.
 */
const loadedTags = (
  root: ParentNode = document,
  query = ofDocument('querySelectorAll') as ParentNode['querySelectorAll'],
): HTMLScriptElement[] =>
  [...query.call(root, '*')].flatMap((element) => {
    const { shadowRoot } = element;
    if (shadowRoot) return loadedTags(shadowRoot, shadowRoot.querySelectorAll);
    return element.matches('script[data-dsn]') ? [element as HTMLScriptElement] : [];
  });

const current = currentTag();

/** A text that an optimiser runs has a tag of its own, which says nothing. */
const isOurs = current && (current.src || current.dataset.dsn !== undefined);

/** The first says where the script's other files are. */
export const tags = isOurs ? [current] : loadedTags();
