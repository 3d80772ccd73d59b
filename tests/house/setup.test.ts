/** `.ci/setup` runs before each command of package.json, so it must know when there is nothing to do. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../../web/build/run.js';

it('the setup installs nothing where nothing is missing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'crashfree-setup-'));
  try {
    for (const installer of ['npm', 'apt-get']) {
      await writeFile(join(folder, installer), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    }
    const PATH = [folder, process.env['PATH']].join(delimiter);
    const { stderr } = await promisify(execFile)('bash', ['.ci/setup', 'test'], {
      cwd: root,
      env: { ...process.env, PATH },
    });
    assert.equal(stderr, '');
  } finally {
    await rm(folder, { recursive: true });
  }
});
