/** The inbound filters that look at the user agent. */

/** Names of legacy browser filters, as project settings have them. */
export const LEGACY_BROWSERS = [
  'default',
  'ie',
  'safari',
  'opera',
  'opera_mini',
  'android',
  'firefox',
  'chrome',
  'edge',
  'ie_pre_9',
  'ie9',
  'ie10',
  'ie11',
  'opera_pre_15',
  'opera_mini_pre_8',
  'android_pre_4',
  'safari_pre_6',
  'edge_pre_79',
] as const;

/** Internet Explorer 11 has Trident 7, and so on. */
const IE_AHEAD_OF_TRIDENT = 4;

interface Browser {
  family: string;
  major: number;
}

/** Browsers that say they are one of the better known, too: Relay knows them by their own names. */
const OTHERS = new RegExp(
  [
    'MyIE2|Maxthon|Crazy Browser|Avant Browser|avantbrowser|SeaMonkey|Camino|Lunascape|iRider',
    'HbbTV|(?<!Not )Netscape|Puffin/|MSOffice|Microsoft Outlook|Dolphin|QQBrowser|Konqueror|baidubrowser',
    'NetFront|chromeframe/|Sleipnir|Skyfire|Silk[/-]|MRCHROME|PaleMoon|Comodo_Dragon|RockMelt',
    'BOLT/|Galeon|AOL 9\\.[1-9]|XBLWP7|webOS|NCSA_Mosaic|(?:BB10|BlackBerry|PlayBook).*Safari',
    'AppleWebKit/\\d+(?:\\.\\d+)*\\+.*Safari',
  ].join('|'),
  'i',
);

/** In this order, as most user agents name several browsers. */
const FAMILIES: [family: string, pattern: RegExp, ahead?: number][] = [
  [
    'a crawler',
    /bot\b|spider|crawler|BingPreview|SiteCheck|Google \(\+https|AppEngine-Google|GoogleImageProxy/i,
  ],
  ['another that names those below', OTHERS],
  ['Opera Mini', /Opera Mini(?:\/att)?\/(\d+)/],
  ['Opera Mini', /OPiOS\/(\d+)\.\d+\.\d/],
  ['Opera Mobile', /Opera Mobi|Opera Tablet|Mobile Safari\/[\d.]+ OPR\//],
  ['Opera', /OPR\/(\d+)/],
  ['Opera', /Opera\/9\.80.*Version\/(\d+)/],
  ['Opera', /Opera[ /](\d+)\.\d/],
  ['Edge Mobile', /EdgA|EdgiOS|Windows Phone.*Edge\//],
  ['Edge', /Edge?\/(\d+)/],
  ['IE', /IEMobile[ /](\d+)/],
  /* In compatibility mode an old version is named beside the engine. */
  ['IE', /Trident\/([4-7])\./, IE_AHEAD_OF_TRIDENT],
  ['IE', /MSIE (\d+)\./],
  ['Firefox Mobile', /(?:Mobile|Tablet);.*Firefox\/|FxiOS/],
  ['Firefox Alpha or Beta', /Firefox\/\d+\.\d+[a-c]\d/],
  ['Firefox', /Firefox\/(\d+)/],
  [
    'another with the engine of Chrome',
    /HeadlessChrome|Chromium\/|SamsungBrowser|YaBrowser|Vivaldi/,
  ],
  ['Chrome Mobile', /Chrome\/.*Mobile|(?:Version\/|; wv\)).*Chrome\/|CriOS/],
  ['Chrome', /Chrome\/(\d+)/],
  ['Android', /Android (\d+)/],
  ['Mobile Safari', /Mobile\/.*Safari/],
  ['Safari', /Version\/(\d+).*Safari\//],
  ['Safari', /Safari\//],
];

function browserOf(userAgent: string): Browser | undefined {
  for (const [family, pattern, ahead = 0] of FAMILIES) {
    const match = pattern.exec(userAgent);
    if (match !== null) return { family, major: Number(match[1] ?? NaN) + ahead };
  }
  return undefined;
}

/** The lowest version that each filter lets through, by family. */
const MINIMUM: Record<string, [family: string, from: number][]> = {
  default: [
    ['IE', 10],
    ['Safari', 6],
    ['Opera', 15],
    ['Opera Mini', 8],
    ['Android', 4],
  ],
  ie: [['IE', 12]],
  safari: [['Safari', 12]],
  opera: [['Opera', 51]],
  opera_mini: [['Opera Mini', 35]],
  android: [['Android', 4]],
  firefox: [['Firefox', 67]],
  chrome: [['Chrome', 63]],
  edge: [['Edge', 79]],
  ie_pre_9: [['IE', 9]],
  opera_pre_15: [['Opera', 15]],
  opera_mini_pre_8: [['Opera Mini', 8]],
  android_pre_4: [['Android', 4]],
  safari_pre_6: [['Safari', 6]],
  edge_pre_79: [['Edge', 79]],
};
const EXACT: Record<string, number> = { ie9: 9, ie10: 10, ie11: 11 };

export function isLegacy(userAgent: string, filters: readonly string[]): boolean {
  const browser = browserOf(userAgent);
  if (browser === undefined) return false;
  const { family, major } = browser;
  /* The default list makes Relay look at no other. */
  const lists = filters.includes('default') ? ['default'] : filters;
  return lists.some((filter) =>
    Object.hasOwn(EXACT, filter)
      ? family === 'IE' && major === EXACT[filter]
      : Object.hasOwn(MINIMUM, filter) &&
        MINIMUM[filter]?.some(([name, from]) => name === family && major < from),
  );
}

const CRAWLERS = new RegExp(
  [
    'Mediapartners-Google|AdsBot-Google|Googlebot|FeedFetcher-Google|Storebot-Google|GoogleOther',
    'Google-InspectionTool|Google-Extended|Google-Safety|BingBot|BingPreview|Baiduspider|Slurp',
    'Sogou|facebook|meta-|ia_archiver|bots?(?:[/\\s);]|$)|spider(?:[/\\s);]|$)|Slack|LinkedIn',
    'Calypso\\sAppCrawler|pingdom|lyticsbot|AWS\\sSecurity\\sScanner|HubSpot\\sCrawler|Bytespider',
    'Better\\sUptime|Cloudflare-Healthchecks|GTmetrix|BrightEdgeOnCrawl|ELB-HealthChecker',
    'naver\\.me/spd|ClaudeBot|CCBot|Chrome-Lighthouse|GPTBot|Applebot|PerplexityBot',
    'OAI-SearchBot|ChatGPT-User',
  ].join('|'),
  'i',
);
const ALLOWED_CRAWLERS = /Slackbot\s1\.\d+|SentryUptimeBot/i;

export const isCrawler = (userAgent: string): boolean =>
  CRAWLERS.test(userAgent) && !ALLOWED_CRAWLERS.test(userAgent);
