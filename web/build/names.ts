/**
 * Short names for what crosses the boundary of the module. dist/crashfree.wasm keeps the names of
 * src/wasm.c; the modules within scripts, and the scripts themselves, have these.
 */

/** Members of the core that web/src/core.ts adds: files that are loaded later call them, too. */
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
  if (names.size > LETTERS.length) throw new Error('web/build/names.ts has too few letters');
  return new Map([...names].map((name, index) => [name, LETTERS[index]!]));
}

/** Properties that terser is to give these names: those with an underscore. */
export const nameCache = (names: Map<string, string>) => ({
  props: { props: Object.fromEntries([...names].map(([name, short]) => [`$_${name}`, short])) },
});

/** A number as LEB128. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

/** A module with other names in its lists of imports and exports. */
export function renameModule(bytes: Uint8Array, names: Map<string, string>): Uint8Array {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const name = () => {
    const length = number();
    const text = new TextDecoder().decode(bytes.subarray(at, at + length));
    at += length;
    const short = new TextEncoder().encode(names.get(text) ?? text);
    return [...leb(short.length), ...short];
  };
  const kind = () => {
    const value = bytes[at++]!;
    return [value, ...leb(number())];
  };

  const result = [...bytes.subarray(0, at)];
  while (at < bytes.length) {
    const section = bytes[at++]!;
    const size = number();
    const end = at + size;
    let content = [...bytes.subarray(at, end)];
    if (section === IMPORTS || section === EXPORTS) {
      const count = number();
      content = leb(count);
      for (let i = 0; i < count; i++) {
        if (section === IMPORTS) content.push(...name());
        content.push(...name());
        if (section === IMPORTS && bytes[at] !== FUNCTION) {
          throw new Error('the module imports something that is no function');
        }
        content.push(...kind());
      }
    }
    result.push(section, ...leb(content.length), ...content);
    at = end;
  }
  return Uint8Array.from(result);
}
