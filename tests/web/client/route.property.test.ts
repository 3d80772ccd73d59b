import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findClient } from '../../../web/src/client/registry.js';
import { isAnotherRoute, isShown, routeOf } from '../../../web/src/client/route.js';
import { fc } from '../fakes/check.js';
import { nastyText } from '../fakes/texts.js';
import { workOf } from '../fakes/work.js';

const address = nastyText.map((text) => {
  try {
    return new URL(text, 'https://shop.example/').href;
  } catch {
    return 'https://shop.example/';
  }
});

describe('an address', () => {
  it('is the route that it is, of which its route is the beginning', () => {
    fc.assert(
      fc.property(address, fc.boolean(), (href, replaced) => {
        assert.equal(isAnotherRoute(href, href, replaced), false);
        assert.ok(href.startsWith(routeOf(href)));
        assert.equal(isShown(href, href), true);
      }),
    );
  });

  it('is another one for both or for none', () => {
    fc.assert(
      fc.property(address, address, fc.boolean(), (one, other, replaced) => {
        assert.equal(isAnotherRoute(one, other, replaced), isAnotherRoute(other, one, replaced));
      }),
    );
  });

  it('is of no other route by a replaced query or a fragment', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webQueryParameters(), fc.webFragments(), (path, query, part) => {
        const href = new URL(`https://shop.example${path}`).href;
        assert.equal(isAnotherRoute(href, `${href}?${query}`, true), false);
        if (!/^[!/]/.test(part))
          assert.equal(isAnotherRoute(href, `${href}#${part}`, false), false);
      }),
    );
  });

  it('is compared in work that grows as it does', () => {
    fc.assert(
      fc.property(address, address, fc.boolean(), (one, other, replaced) => {
        const work = workOf(() => isAnotherRoute(one, other, replaced));
        assert.ok(work <= 12 * (one.length + other.length), `${work} characters`);
      }),
    );
  });
});

describe('a DSN', () => {
  it('may be any text, and finds nobody then', () => {
    fc.assert(
      fc.property(nastyText, (dsn) => {
        const client = { watch() {} };
        const clients = new Map([['https://key@o1.ingest.example/42', client]]);
        const window = { [Symbol.for('crashfree')]: { clients } } as unknown as Window;
        Object.assign(window, { parent: window });
        Object.assign(globalThis, { window });
        assert.equal(findClient(dsn, '', window), undefined);
        assert.equal(
          findClient('https://KEY@o1.ingest.example/42'.replace('KEY', 'key'), '', window),
          client,
        );
      }),
    );
    Reflect.deleteProperty(globalThis, 'window');
  });
});
