/** Pieces of page script that the drivers share. */

/** An expression that adds `script` to the page as a script element. */
export function addScript(script: string): string {
  return `(() => {
    const element = document.createElement('script');
    element.textContent = ${JSON.stringify(script)};
    document.documentElement.appendChild(element);
    element.remove();
    return true;
  })()`;
}

/**
 * Traversal by the page itself, since puppeteer's own times out in Firefox when the document comes
 * out of the back/forward cache. The document is marked; it has been left, or has moved within
 * itself, when `traversed` says so.
 */
export function startTraversal(delta: number, mark: string): string {
  return `(() => {
    window.__traversal = ${JSON.stringify(mark)};
    addEventListener('popstate', () => { window.__traversal = ''; }, { once: true });
    setTimeout(() => history.go(${delta}), 0);
    return true;
  })()`;
}

/** A navigation by the page itself, with the same mark. */
export function startLeaving(url: string, mark: string): string {
  return `(() => {
    window.__traversal = ${JSON.stringify(mark)};
    setTimeout(() => location.assign(${JSON.stringify(url)}), 0);
    return true;
  })()`;
}

export function traversed(mark: string): string {
  // On the way there may be an empty document.
  return `window.__traversal !== ${JSON.stringify(mark)} && location.href !== 'about:blank' &&
    document.documentElement && document.readyState === 'complete'`;
}
