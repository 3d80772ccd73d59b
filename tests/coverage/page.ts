/** What the tests in tests/web run of the page's layer, by V8's counters. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesBelow, root, run } from '../../web/build/run.js';
import type { Counted } from './collect.js';
import type { Coverage } from './report.js';

const folder = join(root, 'build/coverage');

export async function coverPage(): Promise<{ covered: Coverage[]; untouched: string[] }> {
  await mkdir(folder, { recursive: true });
  const all = join(folder, 'all.ts');
  const tests = (await filesBelow(join(root, 'tests/web'))).filter((file) =>
    file.endsWith('.test.ts'),
  );
  await writeFile(all, tests.map((file) => `import '../../tests/web/${file}';\n`).join(''));
  const file = join(folder, 'page.json');
  /* One process for all of them, which adds up by itself. */
  await run(process.execPath, ['--import', 'tsx', '--import', './tests/coverage/collect.ts', all], {
    quiet: true,
    env: { COVERAGE_FILE: file },
  });

  const counted = JSON.parse(await readFile(file, 'utf8')) as Record<string, Counted>;
  const missed = (what: Record<string, boolean>): number[] =>
    Object.entries(what).flatMap(([place, ran]) => (ran ? [] : parseInt(place)));
  const covered = Object.entries(counted)
    .filter(([name]) => name !== 'abi.ts')
    .map(([name, { lines, branches }]) => ({
      file: name,
      lines: Object.keys(lines).length,
      missedLines: missed(lines),
      branches: Object.keys(branches).length,
      missedBranches: missed(branches),
    }))
    .sort((one, other) => one.file.localeCompare(other.file));
  const sources = (await filesBelow(join(root, 'web/src'))).filter((name) => name.endsWith('.ts'));
  return { covered, untouched: sources.filter((name) => !(name in counted)) };
}
