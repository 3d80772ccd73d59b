import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { root } from '../run.js';

const OPTIONS = `export interface ReleaseOptions {
  /**
   * The release, such as \`shop@1.4.0\`. Default: the environment variable \`SENTRY_RELEASE\`, else the
   * commit that the build service names, else that of \`git rev-parse HEAD\`.
   */
  release?: string | undefined;
}
`;

const DOC = `/** Puts the release of the build into the page, as \`__SENTRY_RELEASE__\`. */`;
/** By hand, in terms that need no bundler's own declarations to be installed. */
const declarations: Record<string, string> = {
  vite: `${DOC}\nexport declare function crashfree(options?: ReleaseOptions): { name: string };\n`,
  rollup: `${DOC}\nexport declare function crashfree(options?: ReleaseOptions): { name: string };\n`,
  webpack: `${DOC}\nexport declare function crashfree(options?: ReleaseOptions): {
  apply(compiler: any): void;
};\n`,
  esbuild: `${DOC}\nexport declare function crashfree(options?: ReleaseOptions): {
  name: string;
  setup(build: any): void | Promise<void>;
};\n`,
  next: `/** Puts the release into what Next.js builds, with Turbopack and with webpack. */
export declare function withCrashfree<Config>(config: Config, options?: ReleaseOptions): Config;\n`,
};

/**
 * Bundles the plugins into dist/plugins, as ES modules and as CommonJS, all bundlers' in one
 * file; tells what it bundled.
 */
export async function plugins(dist: string): Promise<Metafile> {
  const folder = join(dist, 'plugins');
  await mkdir(folder, { recursive: true });
  const shared = {
    absWorkingDir: root,
    entryPoints: ['plugin', 'next'].map((name) => join(root, 'web/plugins', `${name}.ts`)),
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node20',
    minify: true,
    legalComments: 'none',
    metafile: true,
  } as const;
  const { metafile } = await build({
    ...shared,
    format: 'esm',
    // What is CommonJS among the bundled packages asks for Node's own modules by `require`.
    banner: {
      js: `import{createRequire as crashfreeRequire}from'node:module';const require=crashfreeRequire(import.meta.url);`,
    },
  });
  await build({
    ...shared,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.url': '__filename', 'import.meta.dirname': '__dirname' },
  });

  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  for (const [name, declaration] of Object.entries(declarations)) {
    const text = `${OPTIONS}\n${declaration}`;
    await write(`${name}.d.ts`, text);
    await write(`${name}.d.cts`, text);
    if (name === 'next') continue;
    await write(
      `${name}.js`,
      `import { plugin } from './plugin.js';\nexport const crashfree = plugin.${name};\n`,
    );
    await write(
      `${name}.cjs`,
      `const { plugin } = require('./plugin.cjs');\nexports.crashfree = plugin.${name};\n`,
    );
  }
  return metafile;
}
