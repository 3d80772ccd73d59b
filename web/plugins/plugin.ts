/** The plugins behind crashfree/vite, /rollup, /webpack and /esbuild. */
import inject from '@rollup/plugin-inject';
import { releaseOfBuild, type ReleaseOptions } from './release';

const NAME = '__SENTRY_RELEASE__';
const name = 'crashfree';
/** A module that holds nothing but the release; Rollup knows no definitions. */
const MODULE = '\0crashfree-release';

/** What the name stands for, as source; nothing where no release was found. */
type Definitions = Record<string, string>;

/** What is used of webpack, and of bundlers that are like it. */
interface Compiler {
  webpack: { DefinePlugin: new (definitions: Definitions) => { apply(compiler: Compiler): void } };
}
/** What is used of esbuild. */
interface Build {
  initialOptions: { define?: Definitions };
}

/** Makes a plugin of what is to be defined. */
const defining =
  <Plugin>(make: (define: Definitions) => Plugin) =>
  (options?: ReleaseOptions): Plugin => {
    const release = releaseOfBuild(options);
    return make(release === undefined ? {} : { [NAME]: JSON.stringify(release) });
  };

/**
 * Each defines `__SENTRY_RELEASE__` in its bundler's own way where it has one: that reaches modules which
 * a bundler prepares apart from the build, as Vite does with dependencies.
 */
export const plugin = {
  vite: defining((define) => ({ name, config: () => ({ define }) })),
  esbuild: defining((define) => ({
    name,
    setup({ initialOptions }: Build) {
      initialOptions.define = { ...define, ...initialOptions.define };
    },
  })),
  webpack: defining((define) => ({
    apply: (compiler: Compiler) => new compiler.webpack.DefinePlugin(define).apply(compiler),
  })),
  rollup: defining((define) => ({
    ...inject(NAME in define ? { [NAME]: [MODULE, 'release'] } : {}),
    name,
    resolveId: (id: string) => (id === MODULE ? id : undefined),
    load: (id: string) => (id === MODULE ? `export const release = ${define[NAME]};` : undefined),
  })),
};
