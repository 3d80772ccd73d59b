/** The program of the README, built as a project of its own that has crashfree in it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { root } from '../../web/build/run.js';
import { snippet } from './snippets.js';

const folder = mkdtempSync(join(tmpdir(), 'crashfree-c-'));
after(() => rmSync(folder, { recursive: true }));

it('c-host: prints the announcement of a session, and its crash', () => {
  writeFileSync(join(folder, 'main.c'), snippet('c-host', {}));
  writeFileSync(
    join(folder, 'CMakeLists.txt'),
    `cmake_minimum_required(VERSION 3.20)
project(app C)
set(CMAKE_C_STANDARD 11)
add_subdirectory(${JSON.stringify(root)} crashfree)
add_executable(app main.c)
target_link_libraries(app crashfree::crashfree)
`,
  );
  const build = join(folder, 'build');
  execFileSync('cmake', ['-S', folder, '-B', build], { stdio: 'pipe' });
  execFileSync('cmake', ['--build', build], { stdio: 'pipe' });

  const output = execFileSync(join(build, 'app'), { encoding: 'utf8' });
  const requests = output.split(/^request \d+: /m).slice(1);
  assert.equal(requests.length, 2);
  for (const request of requests) {
    assert.match(request, /^POST https:\/\/o1\.ingest\.sentry\.io\/api\/42\/envelope\//);
  }
  assert.match(requests[0]!, /"init":true,.*"status":"ok",.*"release":"shop@1\.4\.0"/);
  assert.match(requests[1]!, /"status":"crashed","errors":1/);
});
