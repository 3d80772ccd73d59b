/** What the settings of a project keep out; Relay's own library is the witness of each row. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAllowedOrigin } from '../../web/server/ingest/domains.js';
import { isLegacy } from '../../web/server/rules/browsers.js';
import { matchesGlob } from '../../web/server/rules/glob.js';

/** What a pattern matches, and what it does not. */
const PATTERNS: [pattern: string, matching: string[], other: string[]][] = [
  ['shop@1.*', ['shop@1.', 'SHOP@1.4'], ['shop@2']],
  ['shop@1.{0,1}*', ['shop@1.0', 'shop@1.1.5'], ['shop@1.2']],
  ['*?', ['a', 'ab'], ['']],
  ['a*?b', ['axb'], ['ab']],
  ['', [], ['', 'a']],
  ['[a-c]', ['b', 'B'], ['d', '']],
  ['[A-C]', ['b'], ['d']],
  ['[^a]', ['^', 'a'], ['b']],
  ['[!a]', ['b'], ['A']],
  ['[--a]', ['-', '.', 'Z', 'a'], ['+']],
  ['[a-]', ['a', '-'], ['b']],
  ['[a-b-c]', ['a', 'b', 'c'], ['-']],
  ['[a\\-c]', ['-', 'a', 'c'], ['b']],
  ['[\\]]', [']'], ['\\']],
  ['[a-[]', [], ['a', '[']],
  ['[c-a]', [], ['a', 'b', 'c']],
  ['a[]b', ['ab'], ['axb']],
  ['[!]', [], ['', 'a', '!']],
  ['{a,bc}d{e,f*}', ['ade', 'bcdfxx'], ['ad']],
  ['{a,}', ['', 'A'], ['b']],
  ['a{}', ['a'], ['a{}']],
  ['{}', [], ['', '{}']],
  ['a{b,c', ['a'], ['ab', 'a{b,c']],
  ['{[a,b]}', ['a', ',', 'b'], ['']],
  ['{a\\,b}', ['a,b'], ['a']],
  ['a,b', ['a,b'], ['a']],
  ['\\{a\\*', ['{a*'], ['{ab']],
  ['É?', ['éa'], ['é']],
  ['ß', ['ß', 'ẞ'], ['SS', 'ss']],
  ['Σ', ['σ'], ['ς']],
  /* Not well-formed: Relay leaves such a pattern out. */
  ['a\\', [], ['a', 'a\\']],
  ['a]', [], ['a]']],
  ['a}', [], ['a}']],
  ['[a', [], ['a', '[a']],
  ['{a,{b}}', [], ['a', 'b']],
];

test('patterns match what they match for a Relay', () => {
  for (const [pattern, matching, other] of PATTERNS) {
    for (const text of matching) assert.ok(matchesGlob(pattern, text), `${pattern} is ${text}`);
    for (const text of other) assert.ok(!matchesGlob(pattern, text), `${pattern} is not ${text}`);
  }
});

const webkit = (rest: string, system = 'X11; Linux x86_64'): string =>
  `Mozilla/5.0 (${system}) AppleWebKit/534.13 (KHTML, like Gecko) ${rest}`;
/** The lists that keep a browser out. */
const BROWSERS: [userAgent: string, ...lists: string[]][] = [
  ['Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.0)', 'default', 'ie', 'ie_pre_9'],
  ['Mozilla/4.0 (compatible; MSIE 6.0; AOL 9.0; Windows NT 5.1)', 'default', 'ie', 'ie_pre_9'],
  ['Mozilla/5.0 (compatible; MSIE 9.0; AOL 9.7; Windows NT 6.1)'],
  ['Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; Maxthon)'],
  ['Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; Trident/6.0; Microsoft Outlook 15.0.4420)'],
  ['Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; Trident/6.0) SiteCheck-sitecrawl'],
  ['MSIE 6'],
  ['Mozilla/5.0 (X11; rv:2.0.1) Gecko/20100101 Firefox/4.0.1', 'firefox'],
  ['Mozilla/5.0 (X11; rv:2.0.1) Gecko/20100101 Firefox/4.0.1 SeaMonkey/2.1.1'],
  ['Mozilla/5.0 (X11; rv:2.0b6pre) Gecko/20100907 Firefox/4.0b6pre'],
  ['Mozilla/5.0 (X11; rv:1.7.5) Gecko/20041107 Firefox/1.0 (Not Netscape 7.1)', 'firefox'],
  [webkit('Chrome/17.0.963.15 Safari/535.11'), 'chrome'],
  [webkit('Chrome/17.0.963.15 Safari/535.11 QQBrowser/6.13')],
  [webkit('Version/5.0 Safari/533.16'), 'default', 'safari', 'safari_pre_6'],
  [webkit('Version/5.0 Safari/533.16').replace('534.13', '534.13+')],
  [webkit('Version/10.0.9.388 Mobile Safari/537.3+', 'BB10; Touch')],
  [webkit('Chrome/25.0 Mobile Safari/537.22 OPR/14.0', 'Linux; Android 4.1.2')],
  [webkit('Chrome/25.0 Safari/537.22 OPR/14.0'), 'default', 'opera', 'opera_pre_15'],
  [webkit('Version/4.0', 'Linux; U; Android 3.2'), 'default', 'android', 'android_pre_4'],
  ['Opera/9.80 (Linux; HbbTV/1.1.1) Presto/2.12 Version/12.11'],
  ['Opera/7 (Windows 98; U)  [en]'],
  ['Opera/8.50 (Windows NT 5.1) Version/60', 'default', 'opera', 'opera_pre_15'],
  [webkit('OPiOS/10.2.0 Mobile/12H143 Safari/9537.53', 'iPhone; CPU OS 8_4'), 'opera_mini'],
  [webkit('Version/4.0 Chrome/43.0.2357.65 Safari/537.36', 'Linux; Android 5.1; tablet')],
  [webkit('Chrome/43.0.2357.65 Safari/537.36', 'Linux; Android 9; SM-T510; wv')],
  [webkit('Chrome/52.0 Mobile Safari/537.36 Edge/15.15063', 'Windows Phone 10.0; Android 6.0.1')],
  ['LG; Mozilla/5.0 (Opera Mini/att/4.2) Opera 9.50', 'default', 'opera_mini', 'opera_mini_pre_8'],
];

test('browsers that name others are kept out by their own names', () => {
  for (const [userAgent, ...lists] of BROWSERS) {
    const all = ['default', 'ie', 'safari', 'opera', 'opera_mini', 'android', 'firefox', 'chrome'];
    for (const list of [...all, 'edge', 'ie_pre_9', 'opera_pre_15', 'opera_mini_pre_8']) {
      assert.equal(isLegacy(userAgent, [list]), lists.includes(list), `${list}: ${userAgent}`);
    }
  }
});

/** The page that sends, and which allowed domains let it; ports are compared as they are written. */
const PAGES: [origin: string, allowed: string[], other: string[]][] = [
  [
    'https://shop.example/',
    ['*', '*:*', '*://*', 'shop.example', 'SHOP.example', 'https://*', '*.shop.example'],
    ['shop.example:443', '*:443', 'http://shop.example', 'www.shop.example', 'shop.*:*', ''],
  ],
  [
    'http://www.shop.example:8080/',
    [
      '*.example',
      '*.shop.example:8080',
      '*:8080',
      'http://*:8080',
      '*shop.example',
      '*.www.shop.example',
    ],
    ['shop.example', '*.shop.example:80', 'https://*.shop.example', '*:80'],
  ],
  ['https://myshop.example/', ['*shop.example'], ['*.shop.example', 'shop.example']],
  ['http://[::1]:3000/', ['['], ['*:3000', '::1']],
];

test('allowed domains are compared as a Relay does', () => {
  for (const [origin, allowed, other] of PAGES) {
    for (const entry of allowed) assert.ok(isAllowedOrigin(origin, ['x', entry]), entry);
    for (const entry of other) assert.ok(!isAllowedOrigin(origin, ['x', entry]), entry);
  }
  assert.equal(isAllowedOrigin('https://shop.example/', []), false);
  assert.equal(isAllowedOrigin(undefined, []), true);
});
