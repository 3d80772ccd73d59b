import { execFileSync } from 'node:child_process';
import { root } from '../../web/build/run.js';
import type { EngineName } from '../browser/engines/index.js';

/** One way of building a page with the package. */
export interface Stack {
  name: string;
  /** Below tests/package/fixtures. */
  folder: string;
  build: string[][];
  /** The folder with the built pages, or the command that serves them with PORT. */
  output?: string;
  start?: string[];
  env?: Record<string, string>;
  /** Runs before everything else on its pages, in one engine; only where the pages are files. */
  before?: Partial<Record<EngineName, string>>;
  /** The release that its sessions have to name. */
  release: string;
}

const release = 'fixture@1.2.3';
const env = { SENTRY_RELEASE: release };
const vite = [['vite', 'build']];
const commit = (): string =>
  execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();

export const stacks: Stack[] = [
  {
    name: 'Vite, React Router',
    folder: 'vite-react-router',
    build: vite,
    output: 'dist',
    env,
    release,
  },
  { name: 'Vite, Vue Router', folder: 'vue-router', build: vite, output: 'dist', env, release },
  {
    name: 'Vite, Vue Router, hash',
    folder: 'vue-router',
    build: [['vite', 'build', '--mode', 'hash']],
    output: 'dist',
    env,
    release,
  },
  {
    name: 'webpack',
    folder: 'webpack',
    build: [['webpack', '--config', 'webpack.config.cjs']],
    output: 'public',
    env,
    release: 'fixture-webpack@1.2.3',
  },
  {
    name: 'Rollup',
    folder: 'rollup',
    build: [['rollup', '--config', 'rollup.config.js']],
    output: 'public',
    release: commit(),
  },
  {
    name: 'esbuild',
    folder: 'esbuild',
    build: [['node', 'build.js']],
    output: 'public',
    env: { GITHUB_SHA: '5f5f5f5f', CI_COMMIT_SHA: 'not this one' },
    release: '5f5f5f5f',
  },
  {
    name: 'Next.js, app router',
    folder: 'next',
    build: [['next', 'build']],
    start: ['next', 'start'],
    env,
    release,
  },
  { name: 'SvelteKit', folder: 'sveltekit', build: vite, output: 'build', env, release },
  {
    name: 'TanStack Router',
    folder: 'tanstack-router',
    build: vite,
    output: 'dist',
    env,
    release,
  },
  {
    name: 'Parcel',
    folder: 'parcel',
    build: [['parcel', 'build', 'public/index.html', '--no-cache']],
    output: 'dist',
    env,
    release,
  },
  {
    name: 'Astro, view transitions',
    folder: 'astro',
    build: [['astro', 'build']],
    output: 'dist',
    env: { ...env, ASTRO_TELEMETRY_DISABLED: '1' },
    // WebKitGTK without a GPU crashes in any view transition; Astro then does without.
    before: { webkit: 'delete Document.prototype.startViewTransition;' },
    release,
  },
  {
    name: 'Angular',
    folder: 'angular',
    build: [['ng', 'build']],
    output: 'dist/browser',
    env: { NG_CLI_ANALYTICS: 'false' },
    release,
  },
];
