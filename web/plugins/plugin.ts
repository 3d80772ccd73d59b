/** The one implementation behind crashfree/vite, /rollup, /webpack and /esbuild. */
import MagicString from 'magic-string';
import { createUnplugin } from 'unplugin';
import { releaseOfBuild, type ReleaseOptions } from './release';

const NAME = '__SENTRY_RELEASE__';

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
        transform(code) {
          if (!code.includes(NAME)) return undefined;
          const text = new MagicString(code).replaceAll(
            new RegExp(`\\b${NAME}\\b`, 'g'),
            define[NAME]!,
          );
          return { code: text.toString(), map: text.generateMap({ hires: true }) };
        },
      };
  }
});
