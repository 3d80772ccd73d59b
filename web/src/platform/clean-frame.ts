/** What a page may have replaced, as the browser made it. */
import { ofDocument } from './document';

/**
 * Takes something from an empty frame that nobody has seen, and that is gone before this returns; what it
 * had goes on to work. Undefined where there cannot be such a frame.
 */
export function fromFrame<Taken>(
  take: (names: Window & typeof globalThis) => Taken,
): Taken | undefined {
  try {
    /* A document without an origin cannot look into its frames, and trying is reported on the console. */
    if (window.origin === 'null') return undefined;
    const create = ofDocument('createElement') as Document['createElement'];
    const frame = create.call(document, 'iframe') as HTMLIFrameElement;
    (ofDocument('documentElement') as Element).append(frame);
    const names = frame.contentWindow as (Window & typeof globalThis) | null;
    const taken = names ? take(names) : undefined;
    frame.remove();
    return taken;
  } catch {
    return undefined;
  }
}
