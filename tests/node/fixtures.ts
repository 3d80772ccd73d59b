/**
 * `npm run fixtures:node`: NestJS and Next.js as apps of their own, which take minutes to install and to
 * build. `npm run fixtures:node -- nest` runs only that.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../web/build/run.js';
import { freePort } from '../browser/engines/processes.js';
import { Counting } from '../package/counting.js';
import { drive, http1, install, load, LOAD, start, terminate } from './drive.js';

const run = promisify(execFile);
const folders = join(root, 'tests/node/fixtures');
const counting = await Counting.start();

async function nest(): Promise<void> {
  const folder = join(folders, 'nest');
  await install(folder);
  for (let time = 0; time < 2; time++) await drive({ name: 'nest' }, folder, counting);
}

/** Where bundlers are sure to bundle it, not a link out of the project. */
async function copyPackage(folder: string): Promise<void> {
  const target = join(folder, 'node_modules/crashfree');
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  for (const name of ['dist', 'package.json']) {
    await cp(join(root, name), join(target, name), { recursive: true });
  }
}

async function next(): Promise<void> {
  const folder = join(folders, 'next');
  await install(folder);
  await copyPackage(folder);
  const bin = 'node_modules/next/dist/bin/next';
  await run(process.execPath, [bin, 'build'], { cwd: folder });
  for (let time = 0; time < 2; time++) {
    const project = counting.newProject();
    // `next start` writes no port of its own choice.
    const port = await freePort();
    const app = await start(folder, 'next', counting.dsn(project), [bin, 'start', '-p', `${port}`]);
    const { visit, close } = http1(port);
    while ((await visit('/')) === 0) await new Promise((resolve) => setTimeout(resolve, 200));
    await load(visit);
    for (const [path, status] of [
      ['/crash', 500],
      ['/api/crash', 500],
      ['/api/handled', 200],
      ['/edge', 200],
      ['/missing', 404],
    ] as const) {
      assert.equal(await visit(path), status, path);
    }
    close();
    await terminate(app);
    const { all, errored, crashed } = counting.metrics(project);
    /* Next takes the very first one before it calls `register`, or after. */
    const early = all - LOAD - 5;
    assert.ok(early === 0 || early === 1, `${all}`);
    assert.deepEqual({ errored, crashed }, { errored: 1, crashed: 2 });
  }
}

const fixtures: Record<string, () => Promise<void>> = { nest, next };
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : await readdir(folders)) {
  try {
    await fixtures[name]!();
    console.log(`${name}: passed`);
  } catch (error) {
    process.exitCode = 1;
    console.error(`${name}: FAILED\n`, error);
  }
}
await counting.close();
