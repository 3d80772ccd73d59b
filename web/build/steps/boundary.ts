/**
 * Reads what crosses the boundaries of the modules from the declarations in src/wasm/, so that an export
 * is written once: web/src/abi.ts has the types, and tests/wasm finds the same in the modules.
 */

/** Each boundary with its sources in src/wasm/. */
export const BOUNDARIES = {
  Page: ['page.c', 'host.c'],
  Node: ['node.c', 'host.c'],
  Events: ['events.c'],
};

interface Value {
  /** What WebAssembly has of it. */
  wasm: 'i32' | 'f64';
  /** What the module takes from TypeScript, and what it gives. */
  takes: string;
  gives: string;
}

interface Parameter extends Value {
  name: string;
  isOptional: boolean;
}

export interface Declaration {
  name: string;
  parameters: Parameter[];
  /** Of a function that returns something. */
  result: Value | undefined;
}

export interface Boundary {
  exports: Declaration[];
  imports: Declaration[];
}

const INTEGERS = new Set(['int', 'unsigned', 'uint32_t', 'size_t']);

/** `crashfree_session_status` as `SessionStatus`, as TypeScript names a type. */
export const pascal = (name: string): string =>
  name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());

const camel = (name: string): string =>
  name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function valueOf(type: string): Value | undefined {
  const plain = type.replace(/\bconst\b/g, '').trim();
  const [, enumeration] = /^crashfree_(\w+)$/.exec(plain) ?? [];
  if (plain === 'void') return undefined;
  if (plain === 'double') return { wasm: 'f64', takes: 'number', gives: 'number' };
  if (plain === 'bool') return { wasm: 'i32', takes: 'boolean', gives: 'number' };
  if (INTEGERS.has(plain) || plain.endsWith('*')) {
    return { wasm: 'i32', takes: 'number', gives: 'number' };
  }
  if (enumeration) return { wasm: 'i32', takes: pascal(enumeration), gives: pascal(enumeration) };
  throw new Error(`web/build/steps/boundary.ts knows no type of WebAssembly for ${plain}`);
}

function parameterOf(text: string): Parameter[] {
  const [, optional, type, name] = /^\s*(OPTIONAL )?([^]*?)(\w+)\s*$/.exec(text)!;
  const value = type ? valueOf(type) : undefined;
  return value ? [{ ...value, name: camel(name!), isOptional: optional !== undefined }] : [];
}

const declarationOf = (name: string, result: string, parameters: string): Declaration => ({
  name,
  parameters: parameters.split(',').flatMap(parameterOf),
  result: valueOf(result),
});

/** The boundary that sources in C declare with the marks of src/wasm/boundary.h. */
export function boundaryOf(sources: string): Boundary {
  const code = sources.replace(/\/\*[^]*?\*\/|^#.*$/gm, '');
  const exported = code.matchAll(/([^;{}]*)\bEXPORT\((\w+)\)\(([^)]*)\);/g);
  const imported = code.matchAll(/\bIMPORT\((\w+)\)([^;(]*?)\w+\(([^)]*)\);/g);
  return {
    exports: Array.from(exported, ([, result, name, list]) => declarationOf(name!, result!, list!)),
    imports: Array.from(imported, ([, name, result, list]) => declarationOf(name!, result!, list!)),
  };
}

/** A function of which the module gives what it is called with, or takes it. */
function method({ name, parameters, result }: Declaration, isExport: boolean): string {
  const into = ({ takes, gives }: Value, isInward: boolean) => (isInward ? takes : gives);
  const list = parameters.map(
    (parameter) =>
      `${parameter.name}${parameter.isOptional ? '?' : ''}: ${into(parameter, isExport)}`,
  );
  return `  ${name}(${list.join(', ')}): ${result ? into(result, !isExport) : 'void'};\n`;
}

/** The types of a boundary for web/src/abi.ts. */
export function boundaryText(name: string, { exports, imports }: Boundary): string {
  const hosted = imports.map((one) => method(one, false));
  return `
export type ${name}Exports = {
  memory: WebAssembly.Memory;
${exports.map((one) => method(one, true)).join('')}};
${hosted.length > 0 ? `export type ${name}Imports = {\n${hosted.join('')}};\n` : ''}`;
}
