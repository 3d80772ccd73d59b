import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { textPage, type Page } from './page.js';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};
const LIBRARY = [
  '/crashfree.min.js',
  '/crashfree.events.js',
  '/crashfree.js',
  '/crashfree.wasm',
  '/crashfree.min.js.map',
  '/crashfree.events.js.map',
  '/crashfree.js.map',
];
/** Of the shop. */
const VERSIONS = ['1.4.0', '2.0.0'];
const ENVIRONMENTS = ['production', 'staging'];
const SHOP = /^\/shop\/([^/]+)\/([^/]+)(\/.*)$/;
const TO_SHOP: Page = {
  status: 302,
  headers: { location: `/shop/${VERSIONS[0]}/${ENVIRONMENTS[0]}/` },
};

/** Where the built files are, both for the bundled server and for its sources. */
function distFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return existsSync(join(here, 'demo', 'index.html')) ? here : resolve(here, '../../../dist');
}

const demoFolder = (): string => join(distFolder(), 'demo');

async function read(root: string, path: string): Promise<Buffer | undefined> {
  const file = resolve(root, `.${path}`);
  if (!file.startsWith(root + sep)) return undefined;
  try {
    return await readFile(file);
  } catch {
    return undefined;
  }
}

const policy = (connect: string): string =>
  `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ${connect}; ` +
  "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** The path in plain text; undefined if a part of it is none or leads somewhere else. */
function decodePath(path: string): string | undefined {
  try {
    const parts = path.split('/').map(decodeURIComponent);
    return parts.some((part) => /[/\\\0]|^\.\.?$/.test(part)) ? undefined : parts.join('/');
  } catch {
    return undefined;
  }
}

/** What the pages have to know of the server. */
export interface Site {
  dsn: string;
  origin: string;
  /** Whether there is a shop. */
  demo: boolean;
}

async function libraryFile(path: string): Promise<Page> {
  const body = await read(distFolder(), path);
  if (body !== undefined) return page(path, body);
  return textPage(404, `dist${path} does not exist yet. Run: npm run build`);
}

/** A page of the shop: of a version and an environment, which are in its address. */
async function shopPage(
  { dsn, origin, demo }: Site,
  version: string,
  environment: string,
  path: string,
): Promise<Page | undefined> {
  if (!demo || !VERSIONS.includes(version) || !ENVIRONMENTS.includes(environment)) return undefined;
  // The account page is a single-page app: it answers all paths below it.
  const name = path === '/' ? '/index' : path.startsWith('/account') ? '/account' : path;
  const file = `/shop${name}.html`;
  const [layout, shown] = await Promise.all([
    read(demoFolder(), '/shop/layout.html'),
    read(demoFolder(), file),
  ]);
  if (layout === undefined || shown === undefined || name === '/layout') return undefined;
  const [TITLE = '', MAIN = ''] = shown.toString('utf8').split(/(?<=<\/title>)/);
  const html = fill(layout, { TITLE, MAIN });
  const values = {
    DSN: dsn,
    RELEASE: `shop@${version}`,
    VERSION: version,
    ENVIRONMENT: environment,
    BASE: `/shop/${version}/${environment}`,
  };
  return page(file, fill(html, values), policy(origin));
}

/** The release-health page, and what its pages and the shop load. */
async function healthFile({ dsn, origin, demo }: Site, path: string): Promise<Page | undefined> {
  const file = path === '/' ? '/index.html' : path;
  if (file.startsWith('/shop/') && (!demo || file.endsWith('.html'))) return undefined;
  const body = await read(demoFolder(), file);
  if (body !== undefined) {
    const values = { KEY: new URL(dsn).username, SHOP: demo ? 'yes' : 'no' };
    return page(file, file.endsWith('.html') ? fill(body, values) : body, policy(origin));
  }
  if (path !== '/') return undefined;
  return textPage(503, 'The pages are not built yet. Run: npm run build');
}

/**
 * Serves the release-health page, the demo shop and the library. The shop lives under
 * /shop/VERSION/ENVIRONMENT/, and the server writes both into the script tag.
 */
export async function serveFile(path: string, site: Site): Promise<Page | undefined> {
  const decoded = decodePath(path);
  if (decoded === undefined) return undefined;
  if (LIBRARY.includes(decoded)) return libraryFile(decoded);
  if (decoded === '/shop' || decoded === '/shop/') return site.demo ? TO_SHOP : undefined;
  const [, version, environment = '', rest = ''] = SHOP.exec(decoded) ?? [];
  return version === undefined
    ? healthFile(site, decoded)
    : shopPage(site, version, environment, rest);
}

/** Puts values in the place of {{NAME}}; they come from the server, never from a request. */
const fill = (html: Buffer | string, values: Record<string, string>): string =>
  html
    .toString('utf8')
    .replace(/\{\{([A-Z]+)\}\}/g, (whole, name: string) => values[name] ?? whole);

function page(path: string, body: string | Uint8Array, csp?: string): Page {
  const headers: Record<string, string> = {
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'cache-control': 'no-cache',
  };
  if (csp !== undefined && path.endsWith('.html')) headers['content-security-policy'] = csp;
  return { headers, body };
}
