import { releaseOfBuild, type ReleaseOptions } from './release';

interface NextConfig {
  compiler?: { define?: Record<string, unknown> };
}
type Configure<Config> = (...parameters: never[]) => Config | Promise<Config>;

function add<Config extends object>(config: Config, release: string | undefined): Config {
  if (release === undefined) return config;
  const { compiler } = config as NextConfig;
  const define = { __SENTRY_RELEASE__: release, ...compiler?.define };
  return { ...config, compiler: { ...compiler, define } };
}

/** Puts the release into what Next.js builds, with Turbopack and with webpack. */
export function withCrashfree<Config extends object>(
  config: Config | Configure<Config>,
  options?: ReleaseOptions,
): Config | Configure<Config> {
  const release = releaseOfBuild(options);
  return typeof config === 'function'
    ? async (...parameters: never[]) => add(await config(...parameters), release)
    : add(config, release);
}
