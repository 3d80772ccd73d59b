import assert from 'node:assert/strict';
import { it } from 'node:test';
import { mutations, timesFound } from '../web/mutations.js';

for (const mutation of mutations) {
  it(`the mutation "${mutation.name}" of ${mutation.file} has its text`, async () => {
    assert.equal(await timesFound(mutation), 1);
  });
}
