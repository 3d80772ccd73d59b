/** No number crosses the boundary of the module by hand: each comes from web/src/abi.ts. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { root } from '../../web/build/run.js';
import { files, read } from './files.js';

it('a number that was written by hand does not compile', () => {
  // tests/house/boundary.types.ts has such lines, and an expectation that fails is an error, too.
  const { status, stdout } = spawnSync('node_modules/.bin/tsc', ['--noEmit'], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
});

it('nobody makes a number of an enum but the file that comes from the header', () => {
  const cast =
    /\bas (?:unknown as )?(?:abi\.)?(?:Option|Status|SessionStatus|ErrorKind|Counter|FetchMode)\b/;
  const looked = files.filter((file) => /^(web|tests)\/.*\.ts$/.test(file));
  assert.deepEqual(
    looked.filter((file) => cast.test(read(file))),
    [],
  );
});
