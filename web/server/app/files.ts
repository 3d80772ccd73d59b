import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a page handler gives back. */
export interface Page {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

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
  '/crashfree.js',
  '/crashfree.wasm',
  '/crashfree.min.js.map',
  '/crashfree.js.map',
];
const RELEASES = ['1.4.0', '2.0.0'];
const ENVIRONMENTS = ['production', 'staging'];

/** Where the built files are, both for the bundled server and for its sources. */
function distFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return existsSync(join(here, 'demo', 'index.html')) ? here : resolve(here, '../../../dist');
}

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

/**
 * Serves the release-health page, the demo shop and the library. The shop lives under
 * /shop/VERSION/ENVIRONMENT/, and the server writes both into the script tag.
 */
export async function serveFile(
  path: string,
  options: { dsn: string; origin: string; demo: boolean },
): Promise<Page | undefined> {
  const dist = distFolder();
  const decoded = decodePath(path);
  if (decoded === undefined) return undefined;

  if (LIBRARY.includes(decoded)) {
    const body = await read(dist, decoded);
    if (body !== undefined) return page(decoded, body);
    return {
      status: 404,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: `dist${decoded} does not exist yet. Run: npm run build\n`,
    };
  }

  const demo = join(dist, 'demo');
  if (decoded === '/shop' || decoded === '/shop/') {
    return options.demo
      ? { status: 302, headers: { location: `/shop/${RELEASES[0]}/${ENVIRONMENTS[0]}/` } }
      : undefined;
  }
  const shop = /^\/shop\/([^/]+)\/([^/]+)(\/.*)$/.exec(decoded);
  if (shop !== null) {
    const [, version = '', environment = '', rest = ''] = shop;
    if (!options.demo || !RELEASES.includes(version) || !ENVIRONMENTS.includes(environment)) {
      return undefined;
    }
    // The account page is a single-page app: it answers all paths below it.
    const name = rest === '/' ? '/index' : rest.startsWith('/account') ? '/account' : rest;
    const file = `/shop${name}.html`;
    const html = await read(demo, file);
    if (html === undefined) return undefined;
    const text = fill(html, {
      DSN: options.dsn,
      RELEASE: `shop@${version}`,
      VERSION: version,
      ENVIRONMENT: environment,
      BASE: `/shop/${version}/${environment}`,
    });
    return page(file, text, policy(options.origin));
  }

  const file = decoded === '/' ? '/index.html' : decoded;
  if (file.startsWith('/shop/') && (!options.demo || file.endsWith('.html'))) return undefined;
  const body = await read(demo, file);
  if (body !== undefined) {
    const values = { KEY: new URL(options.dsn).username, SHOP: options.demo ? 'yes' : 'no' };
    const content = file.endsWith('.html') ? fill(body, values) : body;
    return page(file, content, policy(options.origin));
  }
  if (decoded !== '/') return undefined;
  return {
    status: 503,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: 'The pages are not built yet. Run: npm run build\n',
  };
}

/** Puts values in the place of {{NAME}}; they come from the server, never from a request. */
const fill = (html: Buffer, values: Record<string, string>): string =>
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
