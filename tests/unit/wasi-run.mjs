// Runs a wasm32-wasi program under Node's WASI host: wasi-run.mjs PROGRAM.wasm [ARGUMENT ...]
// It sees no files and no environment; its exit code is passed on.
import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';

const [program, ...programArguments] = process.argv.slice(2);
const wasi = new WASI({
  version: 'preview1',
  args: [program, ...programArguments],
  returnOnExit: true,
});
const module = await WebAssembly.compile(await readFile(program));
const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
process.exitCode = wasi.start(instance);
