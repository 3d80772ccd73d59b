/** The script tags that stand for this script. */
import { ofDocument } from './document';

/** The tag that is being run. */
function currentTag(): HTMLScriptElement | undefined {
  const tag = ofDocument('currentScript');
  return tag instanceof HTMLScriptElement ? tag : undefined;
}

/**
 * The tags that can have loaded this, where none is current: modules, and loaders that run a text. The
 * file may have any name.
 */
const loadedTags = () => document.querySelectorAll<HTMLScriptElement>('script[data-dsn]');

const current = currentTag();

/** A text that an optimiser runs has a tag of its own, which says nothing. */
const isOurs = current && (current.src || current.dataset.dsn !== undefined);

/** The first says where the script's other files are. */
export const tags = isOurs ? [current] : loadedTags();
