import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromAttributes } from '../../../web/src/options/attributes.js';
import {
  complete,
  defaults,
  initialUser,
  integrationsOf,
} from '../../../web/src/options/defaults.js';
import { fc } from '../fakes/check.js';
import { anyValue, nastyText } from '../fakes/texts.js';

const names = Object.keys(defaults());
const fallbacks = defaults() as unknown as Record<string, unknown>;

describe('options', () => {
  it('may have any value, and those that stay are of the type that their default shows', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), anyValue), (given) => {
        const wrong = new Set<string>();
        const settings = complete(given, defaults(), (name) => wrong.add(name));
        for (const name of names) {
          const value = (settings as unknown as Record<string, unknown>)[name];
          if (wrong.has(name) || (name === 'noise' && typeof value === 'object')) continue;
          assert.equal(typeof value, typeof fallbacks[name], name);
          assert.equal(Array.isArray(value), Array.isArray(fallbacks[name]), name);
        }
      }),
    );
  });

  it('are those that an object has from its class, but not those that all objects have', () => {
    class Given {
      get release() {
        return 'shop@1.4.0';
      }
    }
    Object.defineProperty(Object.prototype, 'debug', { value: true, configurable: true });
    try {
      const settings = complete(new Given(), defaults(), assert.fail);
      assert.equal(settings.release, 'shop@1.4.0');
      assert.equal(settings.debug, false);
    } finally {
      delete (Object.prototype as { debug?: boolean }).debug;
    }
  });

  it('may be any attributes of a tag', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names, 'userId'), nastyText), (attributes) => {
        const options = fromAttributes(attributes as DOMStringMap);
        const settings = complete(options, defaults(), () => {});
        assert.equal(typeof settings.enabled, 'boolean');
        assert.equal(typeof settings.sampleRate, 'number');
        assert.deepEqual(initialUser(settings), { id: attributes['userId'] });
      }),
    );
  });

  it('may name anything as user and integrations', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (initialScope, integrations) => {
        initialUser({ initialScope } as never);
        const list = integrationsOf({ integrations } as never);
        assert.ok(list === undefined || Array.isArray(list));
      }),
    );
  });
});
