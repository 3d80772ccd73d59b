import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { snippets } from './snippets.js';

/** Each has a test here: the pages in pages.test.ts, those of servers in servers.test.ts, the program in
 * c.test.ts, the rest in node.test.ts. */
const tested = [
  'script-tag',
  'module',
  'router',
  'early',
  'anonymous',
  'events',
  'react',
  'vue',
  'angular',
  'svelte',
  'vite',
  'sentry',
  'node',
  'node-init',
  'node-events',
  'node-options',
  'functions',
  'tunnel',
  'c-host',
];
const code = /^(c|html|vue|svelte|astro|[cm]?[jt]sx?|javascript|typescript)$/;

describe('the snippets of README.md', () => {
  it('are all tested', () => {
    for (const { language, name, line } of snippets()) {
      if (!code.test(language)) continue;
      assert.ok(name, `the ${language} snippet of line ${line} has no <!-- test: NAME -->`);
      assert.ok(tested.includes(name), `line ${line}: there is no test "${name}"`);
    }
  });

  it('are each there once', () => {
    const names = snippets().flatMap(({ name }) => name ?? []);
    assert.deepEqual(names.sort(), [...tested].sort());
  });
});
