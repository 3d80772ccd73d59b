/**
 * Short names for what crosses the boundary of the module. dist/crashfree.wasm keeps the names of
 * src/wasm/page.c; the modules within scripts, and the scripts themselves, have these.
 */
import { leb, Reader, sectionsOf, withSections } from './format.js';

/** Members of the core that web/src/core/core.ts adds: files that are loaded later call them, too. */
const ADDED = ['read', 'write'];
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const IMPORTS = 2;
const EXPORTS = 7;
const FUNCTION = 0;

/** The names in a module, each with its short one. */
export function shortNames(bytes: Uint8Array<ArrayBuffer>): Map<string, string> {
  const module = new WebAssembly.Module(bytes);
  const imports = WebAssembly.Module.imports(module);
  const names = new Set([
    ...WebAssembly.Module.exports(module).map(({ name }) => name),
    ...imports.map(({ name }) => name),
    ...imports.map(({ module }) => module),
    ...ADDED,
  ]);
  if (names.size > LETTERS.length) throw new Error('web/build/wasm/names.ts has too few letters');
  return new Map([...names].map((name, index) => [name, LETTERS[index]!]));
}

/** Properties that terser is to give these names: those with an underscore. */
export const nameCache = (names: Map<string, string>) => ({
  props: { props: Object.fromEntries([...names].map(([name, short]) => [`$_${name}`, short])) },
});

/** A module with other names in its lists of imports and exports. */
export function renameModule(module: Uint8Array, names: Map<string, string>): Uint8Array {
  const renamed = (reader: Reader) => {
    const name = new TextDecoder().decode(reader.block());
    const short = new TextEncoder().encode(names.get(name) ?? name);
    return [...leb(short.length), ...short];
  };
  const sections = sectionsOf(module).map(({ id, content }) => {
    if (id !== IMPORTS && id !== EXPORTS) return { id, content };

    const reader = new Reader(content);
    const list = leb(reader.number());
    while (!reader.done) {
      if (id === IMPORTS) list.push(...renamed(reader));
      list.push(...renamed(reader));
      const kind = reader.byte();
      if (id === IMPORTS && kind !== FUNCTION) {
        throw new Error('the module imports something that is no function');
      }
      list.push(kind, ...leb(reader.number()));
    }
    return { id, content: Uint8Array.from(list) };
  });
  return withSections(module, sections);
}
