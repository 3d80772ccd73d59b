import type { Engine } from './engines/index.js';
import type { PageServer } from './pages.js';

/** What an engine can do, found out by asking it, never by its name. */
export interface Features {
  navigationApi: boolean;
  /** Speculation rules that can prerender a page. */
  prerender: boolean;
  /** Whether leaving a page and coming back really restores it. */
  bfcache: boolean;
  /** Whether a page without an origin may push routes, and sees its own errors. */
  freeWithoutOrigin: boolean;
  /** Whether the driver can cut the network of a page. */
  offline: boolean;
}

export async function detectFeatures(engine: Engine, pages: PageServer): Promise<Features> {
  const [origin] = pages.origins;
  const page = await engine.newPage();
  try {
    await page.goto(`${origin}/blank?1`);
    const navigationApi = await page.evaluate<boolean>(
      `typeof navigation === 'object' && typeof navigation.addEventListener === 'function'`,
    );
    const prerender = await page.evaluate<boolean>(
      `'prerendering' in document && !!HTMLScriptElement.supports &&
        HTMLScriptElement.supports('speculationrules')`,
    );
    // Not by an event, which may come later than the page does.
    await page.evaluate('(window.stillHere = true)');
    await page.goto(`${origin}/blank?2`);
    await page.back();
    const bfcache = await page.evaluate<boolean>('window.stillHere === true');
    await page.goto(`${origin}/sandboxed`);
    const freeWithoutOrigin = await page.evaluate<boolean>(
      `(() => { try { history.pushState(null, '', 'x'); return true; } catch { return false; } })()`,
    );
    const offline = page.setOffline !== undefined;
    return { navigationApi, prerender, bfcache, freeWithoutOrigin, offline };
  } finally {
    await page.close();
  }
}
