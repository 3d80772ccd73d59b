/** The one implementation behind crashfree/vite, /rollup, /webpack and /esbuild. */
import inject from '@rollup/plugin-inject';
import { createUnplugin } from 'unplugin';
import { releaseOfBuild, type ReleaseOptions } from './release';

const NAME = '__SENTRY_RELEASE__';
/** A module that holds nothing but the release; Rollup knows no definitions. */
const MODULE = '\0crashfree-release';

/**
 * Defines `__SENTRY_RELEASE__`, each bundler's own way where it has one: that reaches modules which
 * a bundler prepares apart from the build, as Vite does with dependencies.
 */
export const plugin = createUnplugin<ReleaseOptions | undefined>((options, { framework }) => {
  const release = releaseOfBuild(options);
  const shared = { name: 'crashfree' };
  if (release === undefined) return shared;

  const define = { [NAME]: JSON.stringify(release) };
  switch (framework) {
    case 'vite':
      return { ...shared, vite: { config: () => ({ define }) } };
    case 'esbuild':
      return {
        ...shared,
        esbuild: {
          config: (build) => {
            build.define = { ...define, ...build.define };
          },
        },
      };
    case 'webpack':
      return {
        ...shared,
        webpack: (compiler) => new compiler.webpack.DefinePlugin(define).apply(compiler),
      };
    default:
      return {
        ...shared,
        rollup: {
          ...inject({ [NAME]: [MODULE, 'release'] }),
          ...shared,
          resolveId: (id: string) => (id === MODULE ? id : undefined),
          load: (id: string) =>
            id === MODULE ? `export const release = ${define[NAME]};` : undefined,
        },
      };
  }
});
