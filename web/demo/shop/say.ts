import { byId, setText } from '../../server/page/dom.js';

/** Says under the panel what was done. */
export function say(text: string): void {
  setText(byId('panel-said'), text);
}
