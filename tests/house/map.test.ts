import assert from 'node:assert/strict';
import { it } from 'node:test';
import { files, read } from './files.js';

const contributing = read('CONTRIBUTING.md');

it('CONTRIBUTING.md maps every folder of the sources', () => {
  const folders = new Set(
    files.flatMap((file) => /^(?:(src|include)|(web\/\w+))\//.exec(file)?.slice(1, 3) ?? []),
  );
  const below = new Set(
    files.flatMap((file) => /^(?:src|web\/src|web\/server)\/(\w+)\//.exec(file)?.slice(1, 2) ?? []),
  );
  const missing = [...folders, ...below].filter(
    (name) => name && !new RegExp(`(^|\\s)${name}/(?=\\s)`, 'm').test(contributing),
  );
  assert.deepEqual(missing, []);
});

it('CONTRIBUTING.md says of every suite what it proves', () => {
  const suites = new Set(
    files.flatMap((file) => /^tests\/(\w+)\/(?!fixtures).*/.exec(file)?.slice(1, 2) ?? []),
  );
  const rows = contributing.match(/^\| `\w+`.*\|$/gm)!.join('\n');
  const missing = [...suites].filter(
    (suite) => !rows.includes(`\`${suite}\``) && suite !== 'bench',
  );
  assert.deepEqual(missing, []);
});

it('the version is the same in package.json and in the header', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  assert.ok(read('include/crashfree.h').includes(`#define CRASHFREE_VERSION "${version}"`));
});
