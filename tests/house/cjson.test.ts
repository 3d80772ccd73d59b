/** The copy of cJSON that the build made is no source of cJSON: nothing may compile it unasked. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { root } from '../../web/build/run.js';

const altered = join(root, 'build/wasm/cjson');
const folder = join(root, 'build/house');

/** Configures with that folder as cJSON's and gives what CMake says, without its line breaks. */
function configure(hash: string): string {
  const { status, stderr } = spawnSync(
    'cmake',
    ['--fresh', '--preset', 'gcc', '-B', folder, `-DFETCHCONTENT_SOURCE_DIR_CJSON=${altered}`],
    { cwd: root, encoding: 'utf8', env: { ...process.env, CRASHFREE_CJSON_SHA256: hash } },
  );
  assert.notEqual(status, 0);
  return stderr.replace(/\s+/g, ' ');
}

describe('an altered copy of cJSON', () => {
  after(() => rmSync(folder, { recursive: true, force: true }));

  const hash = createHash('sha256')
    .update(readFileSync(join(altered, 'cJSON.c')))
    .digest('hex');

  it('is not compiled unless somebody says that it was looked at', () => {
    const said = configure('');
    assert.match(said, /build\/wasm\/cjson\/cJSON\.c is none of the versions/);
    assert.ok(said.includes(`set CRASHFREE_CJSON_SHA256=${hash}`), said);
  });

  it('is not compiled if what the build edits is not in it', () => {
    assert.match(configure(hash), /cJSON\.c has no `output_buffer->format`/);
  });
});
