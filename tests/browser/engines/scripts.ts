/** Pieces of page script that the drivers share. */

/** A property of the document itself, whatever elements are named like it. */
const own = (name: string): string => `Reflect.get(Document.prototype, '${name}', document)`;

/** An expression that adds `script` to the page as a script element, as its policy allows it. */
export function addScript(script: string): string {
  return `(() => {
    const element = Document.prototype.createElement.call(document, 'script');
    element.textContent = ${JSON.stringify(script)};
    const allowed = Document.prototype.querySelector.call(document, 'script[nonce]');
    if (allowed) element.nonce = allowed.nonce;
    ${own('documentElement')}.appendChild(element);
    element.remove();
    return true;
  })()`;
}

/**
 * What leads to another document, or to another entry of the same one, starts a task later, so that
 * the driver has its answer by then. The document is marked: it has been left, or has moved within
 * itself, when `traversed` says so.
 */
function later(mark: string, action: string): string {
  return `(() => {
    window.__traversal = ${JSON.stringify(mark)};
    window.__from = location.href;
    // Pages with timers of their own keep the real one there.
    (window.__setTimeout ?? setTimeout)(() => { ${action} }, 0);
    return true;
  })()`;
}

/**
 * Traversal by the page itself, since puppeteer's own times out in Firefox when the document comes
 * out of the back/forward cache.
 */
export function startTraversal(delta: number, mark: string): string {
  return later(
    mark,
    `addEventListener('popstate', () => { window.__traversal = ''; }, { once: true });
    history.go(${delta})`,
  );
}

/** A navigation by a script of the page's own. */
export function startLeaving(script: string, mark: string): string {
  return later(mark, addScript(script));
}

/** The same for traversals, which a page may keep from hearing of within a document. */
export function moved(mark: string): string {
  return `(window.__from && location.href !== window.__from) || (${traversed(mark)})`;
}

export function traversed(mark: string): string {
  // On the way there may be an empty document.
  return `window.__traversal !== ${JSON.stringify(mark)} && location.href !== 'about:blank' &&
    ${own('documentElement')} && ${own('readyState')} === 'complete'`;
}
