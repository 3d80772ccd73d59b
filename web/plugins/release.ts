/** The release of a build, found the way Sentry's own bundler plugins find it. */
import { execFileSync } from 'node:child_process';
import { RELEASE_MAX } from '../src/abi';

/** Where build services put the commit, in the order in which Sentry's plugins ask. */
const VARIABLES = [
  'GITHUB_SHA',
  'CI_MERGE_REQUEST_SOURCE_BRANCH_SHA',
  'CI_BUILD_REF',
  'CI_COMMIT_SHA',
  'BITBUCKET_COMMIT',
  'APPVEYOR_PULL_REQUEST_HEAD_COMMIT',
  'APPVEYOR_REPO_COMMIT',
  'CODEBUILD_RESOLVED_SOURCE_VERSION',
  'AWS_COMMIT_ID',
  'BUILD_SOURCEVERSION',
  'GIT_CLONE_COMMIT_HASH',
  'BUDDY_EXECUTION_REVISION',
  'BUILDKITE_COMMIT',
  'CIRCLE_SHA1',
  'CIRRUS_CHANGE_IN_REPO',
  'CF_REVISION',
  'CM_COMMIT',
  'CF_PAGES_COMMIT_SHA',
  'DRONE_COMMIT_SHA',
  'FC_GIT_COMMIT_SHA',
  'HEROKU_TEST_RUN_COMMIT_VERSION',
  'HEROKU_BUILD_COMMIT',
  'HEROKU_SLUG_COMMIT',
  'RAILWAY_GIT_COMMIT_SHA',
  'RENDER_GIT_COMMIT',
  'SEMAPHORE_GIT_SHA',
  'TRAVIS_PULL_REQUEST_SHA',
  'VERCEL_GIT_COMMIT_SHA',
  'VERCEL_GITHUB_COMMIT_SHA',
  'VERCEL_GITLAB_COMMIT_SHA',
  'VERCEL_BITBUCKET_COMMIT_SHA',
  'ZEIT_GITHUB_COMMIT_SHA',
  'ZEIT_GITLAB_COMMIT_SHA',
  'ZEIT_BITBUCKET_COMMIT_SHA',
  'CI_COMMIT_ID',
  'SOURCE_COMMIT',
  'SOURCE_VERSION',
  'GIT_COMMIT',
  'COMMIT_REF',
  'BUILD_VCS_NUMBER',
] as const;

export interface ReleaseOptions {
  /**
   * The release, such as `shop@1.4.0`. Default: the environment variable `SENTRY_RELEASE`, else the
   * commit that the build service names, else that of `git rev-parse HEAD`.
   */
  release?: string | undefined;
}

export interface Surroundings {
  env?: Record<string, string | undefined>;
  /** Gives the commit, or nothing where there is none. */
  git?: () => string | undefined;
}

function head(): string | undefined {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/** Why the server would drop the sessions of a release, and what to do; nothing if it would not. */
function problemOf(release: string): string | undefined {
  const bytes = Buffer.byteLength(release);
  const path = /[/\\]/.exec(release)?.[0];
  if (release === '') return 'is empty. Give it a name such as "shop@1.4.0".';
  if (bytes > RELEASE_MAX) return `is ${bytes} bytes long. Use at most ${RELEASE_MAX}.`;
  if (release === '.' || release === '..') return 'is a path. Use a name such as "shop@1.4.0".';
  if (release.toLowerCase() === 'latest') return 'is no release. Use a version or a commit.';
  if (path) return `contains "${path}". Leave it out, for instance as "acme-shop@1.4.0".`;
  if (/[\x00-\x1f\x7f-\x9f]/.test(release)) return 'contains a control character. Leave it out.';
  return undefined;
}

/**
 * The release of this build, or nothing where none is to be found. Throws if it is a name that the
 * server would drop.
 */
export function findRelease(
  { release }: ReleaseOptions = {},
  { env = process.env, git = head }: Surroundings = {},
): string | undefined {
  const variable = ['SENTRY_RELEASE', ...VARIABLES].find((name) => env[name]);
  const [source, found] =
    release !== undefined
      ? ['the option "release"', release]
      : variable
        ? [variable, env[variable]]
        : ['git rev-parse HEAD', git()];
  if (found === undefined) return undefined;

  const name = found.trim();
  const problem = problemOf(name);
  if (problem === undefined) return name;
  throw new Error(
    `crashfree: the server would drop every session of this release: ${JSON.stringify(name)}, ` +
      `from ${source}, ${problem}`,
  );
}

/** The same for a bundler: says so where there is none. */
export function releaseOfBuild(options?: ReleaseOptions): string | undefined {
  const release = findRelease(options);
  if (release === undefined) {
    console.warn(
      'crashfree: no release was found. Set the option "release" or the environment variable ' +
        'SENTRY_RELEASE, or build in a git repository; or give init() a release.',
    );
  }
  return release;
}
