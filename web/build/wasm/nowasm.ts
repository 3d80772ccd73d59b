import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { minify } from 'terser';

/** What the module uses, as in web/build/cmake/module.cmake. */
const FEATURES = ['--enable-bulk-memory', '--enable-sign-ext', '--enable-nontrapping-float-to-int'];

/** Where wasm2js begins to start the module by itself; before it is nothing but definitions. */
const START = 'var retasmFunc = asmFunc(';

/**
 * The module at `path` as JavaScript: an ES module with an `instantiate` that takes the imports of
 * the WebAssembly module and returns exports of the same shape. Both have the module's own names and
 * the short ones that scripts use.
 */
export async function withoutWasm(path: string, names: Map<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)('wasm2js', [...FEATURES, '-O', path], {
    maxBuffer: 16 * 1024 * 1024,
  });
  const start = stdout.indexOf(START);
  if (start < 0 || !stdout.includes('function asmFunc(env)')) {
    throw new Error('wasm2js gives another form than web/build/wasm/nowasm.ts knows');
  }
  const source = `${stdout.slice(0, start).replace(/^import .*$/gm, '')}
const names = ${JSON.stringify([...names])};
export function instantiate(imports) {
  const env = { ...(imports.env ?? imports.${names.get('env')}) };
  for (const [name, short] of names) env[name] ??= env[short];
  const exports = asmFunc({ ...env, abort() { throw new Error('abort'); } });
  for (const [name, short] of names) exports[short] = exports[name];
  return exports;
}`;
  const { code } = await minify(source, {
    module: true,
    ecma: 2020,
    compress: { passes: 2, pure_getters: true },
    format: { ascii_only: true, comments: false },
  });
  return `${code}\n`;
}
