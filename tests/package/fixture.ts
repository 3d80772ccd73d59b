import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { filesBelow, root } from '../../web/build/run.js';
import { until, type Engine, type Page } from '../browser/engines/index.js';
import { freePort, start, stop } from '../browser/engines/processes.js';
import type { Counting } from './counting.js';
import { Site, type SiteFile } from './site.js';
import type { Stack } from './stacks.js';

/**
 * Outside of the repository, where what is built would find packages that are installed for its tools alone.
 * Each clone has its own.
 */
const work = join(
  tmpdir(),
  `crashfree-fixtures-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`,
);
/** Stands in the fixtures' code where people put theirs. */
const placeholder = 'https://key@collector.invalid/1';

/** Runs a program; its output is told only if it fails. */
async function run(
  folder: string,
  [program, ...args]: string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  try {
    await promisify(execFile)(program!, args, { cwd: folder, env, maxBuffer: 1 << 26 });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(
      `${program} ${args.join(' ')} failed\n${`${stdout ?? ''}${stderr ?? error}`.slice(-3000)}`,
    );
  }
}

/** What a build sees of the surroundings: no variable of a build service but the stack's own. */
function environment(stack: Stack, folder: string): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return {
    PATH: `${join(folder, 'node_modules/.bin')}:${PATH}`,
    HOME,
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    ...stack.env,
  };
}

/** Makes the package's tarball from dist/ as it is. */
export async function pack(): Promise<string> {
  await mkdir(work, { recursive: true });
  const folder = await mkdtemp(join(work, 'pack-'));
  await run(root, ['npm', 'pack', '--ignore-scripts', '--pack-destination', folder]);
  const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const file = `${name}-${version}.tgz`;
  const tarball = join(work, file);
  // In one go, since another test may be reading the one that is there.
  await rename(join(folder, file), tarball);
  await rm(folder, { recursive: true });
  return tarball;
}

/**
 * Copies a fixture, installs what its lock file says and the tarball, and builds it. An installation
 * of the same lock file is used again.
 */
export async function build(stack: Stack, tarball: string, dsn: string): Promise<string> {
  const source = join(root, 'tests/package/fixtures', stack.folder);
  const folder = join(work, stack.folder);
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    if (name !== 'node_modules') await rm(join(folder, name), { recursive: true });
  }
  await cp(source, folder, { recursive: true });
  for (const name of await filesBelow(source)) {
    const text = await readFile(join(source, name), 'utf8');
    if (text.includes(placeholder)) {
      await writeFile(join(folder, name), text.replaceAll(placeholder, dsn));
    }
  }

  const lock = await readFile(join(source, 'package-lock.json'), 'utf8');
  const mark = join(folder, 'node_modules/.fixture-lock.json');
  if (!existsSync(mark) || (await readFile(mark, 'utf8')) !== lock) {
    await run(folder, ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund']);
    await writeFile(mark, lock);
  }
  const installed = join(folder, 'node_modules/crashfree');
  await rm(installed, { recursive: true, force: true });
  await mkdir(installed, { recursive: true });
  await run(folder, ['tar', '-xzf', tarball, '-C', installed, '--strip-components=1']);

  for (const command of stack.build) await run(folder, command, environment(stack, folder));
  return folder;
}

/** A built fixture, being served. */
export interface Served {
  origin: string;
  /** A script that runs before everything else on its pages; only where the pages are files. */
  before: string;
  hits: readonly string[];
  close(): Promise<void>;
}

async function serveFiles(folder: string): Promise<Served> {
  const find = async (path: string): Promise<SiteFile | undefined> => {
    const candidates = [path, join(path, 'index.html'), '/index.html'];
    for (const candidate of path.includes('.') ? [path] : candidates) {
      const file = join(folder, candidate);
      if (!existsSync(file) || !(await stat(file)).isFile()) continue;
      const body = await readFile(file);
      if (!file.endsWith('.html')) return { body };
      const text = body.toString();
      return {
        body: text.replace('<head>', `<head><script>${served.before}</script>`),
        type: 'text/html; charset=utf-8',
      };
    }
    return undefined;
  };
  const site = await Site.serve(find);
  const served: Served = {
    origin: site.origin,
    before: '',
    hits: site.hits,
    close: () => site.close(),
  };
  return served;
}

async function serveCommand(stack: Stack, folder: string): Promise<Served> {
  const port = await freePort();
  const [program, ...args] = stack.start!;
  const child = start(program!, args, {
    cwd: folder,
    stdio: 'ignore',
    env: { ...environment(stack, folder), PORT: String(port), HOSTNAME: '127.0.0.1' },
  });
  const origin = `http://127.0.0.1:${port}`;
  await until(`${program} start`, async () => (await fetch(origin)).ok);
  return { origin, before: '', hits: [], close: () => stop(child) };
}

export function serve(stack: Stack, folder: string, output = stack.output): Promise<Served> {
  return stack.start ? serveCommand(stack, folder) : serveFiles(join(folder, output ?? 'dist'));
}

/** What is wrong with the event of the crash: its images have to be the debug ids in its files. */
async function problemsOfEvent(
  counting: Counting,
  project: string,
  { origin }: Served,
): Promise<string[]> {
  const [first, ...others] = await counting.events(project);
  if (!first || others.length > 0) return [`${others.length + Number(!!first)} events`];
  const { exception, debug_meta: meta } = first.event;
  const said = exception.values.map(({ type, value }) => `${type}: ${value}`).join();
  const problems = said === 'Error: no item,TypeError: crash' ? [] : [said];
  const images = new Map(meta?.images.map(({ code_file, debug_id }) => [code_file, debug_id]));
  const frames = exception.values.flatMap(({ stacktrace }) => stacktrace?.frames ?? []);
  const files = new Set(frames.filter((frame) => frame.in_app).map(({ filename }) => filename!));
  if (files.size === 0) problems.push('no frames');
  for (const file of files) {
    const text = file.startsWith(origin) ? await (await fetch(file)).text() : '';
    const id = /sentry-dbid-([\da-f-]{36})/.exec(text)?.[1];
    if (!id || images.get(file) !== id) problems.push(`${file} is ${id}, not ${images.get(file)}`);
    images.delete(file);
  }
  return images.size > 0 ? [...problems, `images of ${[...images.keys()].join()}`] : problems;
}

/** Visits a served fixture, with WebAssembly or without, and says what was counted wrongly. */
export async function visit(
  engine: Engine,
  served: Served,
  stack: Stack,
  counting: Counting,
  project: string,
  plain: boolean,
): Promise<string[]> {
  const problems: string[] = [];
  served.before = `${plain ? 'delete window.WebAssembly;' : ''}${stack.before?.[engine.name] ?? ''}`;
  const fetchedBefore = served.hits.length;
  counting.reset(project);
  let tab: Page | undefined;
  try {
    tab = await engine.newPage();
    await tab.goto(`${served.origin}${stack.path ?? '/'}`);
    await counting.until(project, 'the page load', ({ all }) => all >= 1);
    await tab.waitFor(`document.querySelector('#to-about')`);
    // What a framework writes into the history while it starts would be counted by now.
    await counting.calm(project, 300);
    const { all } = counting.metrics(project);
    if (all !== 1) problems.push(`${all} sessions after the page load`);

    await tab.click('#to-about');
    await tab.waitFor(`document.querySelector('h1').textContent.includes('about')`);
    await counting.until(project, 'the navigation', (metrics) => metrics.all >= 2);
    // A view transition covers the page while it runs.
    await tab.waitFor('!document.activeViewTransition && document.getAnimations().length === 0');
    await tab.click('#crash');
    await counting.until(project, 'the crash', ({ crashed }) => crashed >= 1);
    await tab.evaluate('history.back()');
    await counting.until(project, 'the way back', (metrics) => metrics.all >= 3);
    await counting.calm(project, 300);
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    await tab?.close().catch((error: unknown) => problems.push(String(error)));
  }

  const { all, crashed, errored, users } = counting.metrics(project);
  if (all !== 3 || crashed !== 1 || errored !== 0 || users.all !== 0) {
    problems.push(`${all} sessions, ${crashed} crashed, ${errored} errored; not 3, 1, 0`);
  }
  const releases = counting.releases(project).join(', ');
  if (releases !== stack.release) problems.push(`release ${releases}, not ${stack.release}`);
  if (stack.events && !plain) problems.push(...(await problemsOfEvent(counting, project, served)));
  /* Without WebAssembly it is what has counted, in a chunk of whatever name. */
  const fallback = served.hits.slice(fetchedBefore).some((path) => path.includes('nowasm'));
  if (!stack.start && fallback && !plain) problems.push('the JavaScript core was loaded');
  return problems;
}
