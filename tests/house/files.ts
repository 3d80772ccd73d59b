/** What the tests of the repository look at: the files that git has, or would take. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../web/build/run.js';

export const files: readonly string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'],
  { cwd: root, encoding: 'utf8' },
)
  .trim()
  .split('\n');

export const read = (file: string): string => readFileSync(join(root, file), 'utf8');
