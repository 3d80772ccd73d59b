import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findRelease } from '../../web/plugins/release.js';

const nothing = { env: {}, git: (): undefined => undefined };

describe('the release of a build', () => {
  it('is the option, over everything else', () => {
    const found = findRelease({ release: 'shop@1' }, { ...nothing, env: { SENTRY_RELEASE: 'x' } });
    assert.equal(found, 'shop@1');
  });

  it('is SENTRY_RELEASE before the variables of build services', () => {
    const env = { GITHUB_SHA: 'b', SENTRY_RELEASE: 'a' };
    assert.equal(findRelease({}, { ...nothing, env }), 'a');
  });

  it('is the first variable of the order that is not empty', () => {
    const env = { GIT_COMMIT: 'd', VERCEL_GIT_COMMIT_SHA: 'c', CI_COMMIT_SHA: 'b', GITHUB_SHA: '' };
    assert.equal(findRelease({}, { ...nothing, env }), 'b');
    assert.equal(findRelease({}, { ...nothing, env: { ...env, CI_COMMIT_SHA: '' } }), 'c');
  });

  it('is the commit, where there is nothing else', () => {
    assert.equal(findRelease({}, { ...nothing, git: () => 'abc' }), 'abc');
    assert.equal(findRelease({}, nothing), undefined);
  });

  it('is trimmed, as the server does', () => {
    assert.equal(findRelease({ release: ' shop@1 ' }, nothing), 'shop@1');
  });

  it('may be anything that the server takes', () => {
    for (const release of ['a'.repeat(200), 'shop@1.0.0+1', '1.0', 'läden@1', 'not latest']) {
      assert.equal(findRelease({ release }, nothing), release);
    }
  });

  for (const [release, reason] of [
    ['', /is empty/],
    ['  ', /is empty/],
    ['.', /is a path/],
    ['..', /is a path/],
    ['Latest', /is no release/],
    ['@acme/shop@1', /contains "\/"/],
    ['a\\b', /contains/],
    ['a\tb', /control character/],
    ['a\u007fb', /control character/],
    ['a\u0085b', /control character/],
    ['ä'.repeat(101), /is 202 bytes long/],
  ] as const) {
    it(`is refused with the reason: ${JSON.stringify(release.slice(0, 12))}`, () => {
      assert.throws(() => findRelease({ release }, nothing), reason);
      if (release !== '') {
        const env = { SENTRY_RELEASE: release };
        assert.throws(() => findRelease({}, { ...nothing, env }), /from SENTRY_RELEASE/);
      }
    });
  }
});
