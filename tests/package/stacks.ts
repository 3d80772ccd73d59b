import { execFileSync } from 'node:child_process';
import { root } from '../../web/build/run.js';
import type { EngineName } from '../browser/engines/index.js';
import type { FaultyApp } from './faults.js';

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
  /** Where its app begins. */
  path?: string;
  /** Its crash is told in an event, with the debug ids of its files. */
  events?: boolean;
  /** The release that its sessions have to name. */
  release: string;
  /** Apps for the adapters, built beside. */
  faulty?: FaultyApp[];
}

const release = 'fixture@1.2.3';
const env = { SENTRY_RELEASE: release };
const vite = [['vite', 'build']];
const inDevelopment = ['env', 'NODE_ENV=development', 'vite', 'build', '--mode', 'development'];
const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

/** What nobody caught. */
const uncaught = {
  render: 'crashed',
  event: 'crashed',
  effect: 'crashed',
  rejection: 'crashed',
  cancelled: 'healthy',
} as const;
const reactFaults = { ...uncaught, caught: 'errored', hydration: 'errored' } as const;

export const stacks: Stack[] = [
  {
    name: 'Vite, React Router',
    folder: 'vite-react-router',
    build: [...vite, [...inDevelopment, '--outDir', 'development']],
    output: 'dist',
    env,
    release,
    faulty: [
      { name: 'React', output: 'dist', path: '/faults.html', faults: reactFaults },
      {
        name: 'React, development',
        output: 'development',
        path: '/faults.html',
        faults: reactFaults,
      },
    ],
  },
  {
    name: 'Vite, Vue Router',
    folder: 'vue-router',
    build: [...vite, [...inDevelopment, '--outDir', 'development']],
    output: 'dist',
    env,
    release,
    faulty: [
      { name: 'Vue', output: 'dist', path: '/faults.html', faults: uncaught },
      {
        name: 'Vue, own handler',
        output: 'dist',
        path: '/faults.html',
        flags: ['handler'],
        faults: uncaught,
      },
      { name: 'Vue, development', output: 'development', path: '/faults.html', faults: uncaught },
    ],
  },
  ...['hash', 'hash-hook', 'base-hook'].map((mode) => ({
    name: `Vite, Vue Router, ${mode}`,
    folder: 'vue-router',
    build: [['vite', 'build', '--mode', mode]],
    output: 'dist',
    path: mode === 'base-hook' ? '/app/' : '/',
    env,
    release,
  })),
  {
    name: 'Vite, Sentry debug ids',
    folder: 'vite-events',
    build: vite,
    output: 'dist',
    env,
    release,
    events: true,
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
    /* It is built outside of the repository, which only this tells it of. */
    env: { GIT_DIR: git('rev-parse', '--absolute-git-dir') },
    release: git('rev-parse', 'HEAD'),
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
  {
    name: 'SvelteKit',
    folder: 'sveltekit',
    build: vite,
    output: 'build',
    env,
    release,
    faulty: [
      {
        name: 'SvelteKit',
        output: 'build',
        path: '/faults',
        faults: { ...uncaught, caught: 'errored', load: 'crashed' },
      },
    ],
  },
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
    build: [
      ['ng', 'build'],
      ['ng', 'build', '--configuration', 'zoneless-faults'],
      ['ng', 'build', '--configuration', 'zone-faults'],
    ],
    output: 'dist/browser',
    env: { NG_CLI_ANALYTICS: 'false' },
    release,
    faulty: ['zone', 'zoneless'].flatMap((kind) =>
      ['', 'listeners'].map((flag) => ({
        name: `Angular, ${kind}${flag && ', global listeners'}`,
        output: `faults-${kind}/browser`,
        path: '/faults',
        flags: flag ? [flag] : [],
        tellsStable: !flag,
        faults: uncaught,
      })),
    ),
  },
];
