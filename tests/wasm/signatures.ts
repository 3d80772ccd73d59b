/** Reads the signatures of exports and imports from a module, which no JavaScript API tells. */

const TYPES: Record<number, string> = { 0x7f: 'i32', 0x7e: 'i64', 0x7d: 'f32', 0x7c: 'f64' };
const KINDS = ['function', 'table', 'memory', 'global'];

export interface Signatures {
  exports: Record<string, string>;
  imports: Record<string, string>;
}

export function signatures(module: Uint8Array): Signatures {
  let at = 8;
  const byte = () => module[at++]!;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const next = byte();
      value |= (next & 0x7f) << shift;
      if (next < 0x80) return value >>> 0;
    }
  };
  const name = () => {
    const length = number();
    at += length;
    return new TextDecoder().decode(module.subarray(at - length, at));
  };
  const list = <T>(read: () => T): T[] => Array.from({ length: number() }, read);
  const limits = () => (byte() & 1 ? `${number()} ${number()}` : `${number()}`);

  let types: string[] = [];
  let functions: number[] = [];
  let memories: string[] = [];
  const imports: Signatures['imports'] = {};
  const exports: Signatures['exports'] = {};

  while (at < module.length) {
    const section = byte();
    const end = number() + at;
    if (section === 1) {
      types = list(() => {
        byte();
        const values = () => list(() => TYPES[byte()] ?? '?').join(' ');
        const parameters = values();
        return `(${parameters}) -> ${values() || '()'}`;
      });
    } else if (section === 2) {
      list(() => {
        const key = `${name()}.${name()}`;
        const kind = byte();
        if (kind !== 0) throw new Error(`${key} is imported and no function`);
        functions.push(number());
        imports[key] = types[functions.at(-1)!]!;
      });
    } else if (section === 3) {
      functions = [...functions, ...list(number)];
    } else if (section === 5) {
      memories = list(limits);
    } else if (section === 7) {
      list(() => {
        const key = name();
        const kind = byte();
        const index = number();
        if (kind === 0) exports[key] = types[functions[index]!]!;
        else if (kind === 2) exports[key] = `memory ${memories[index]}`;
        else exports[key] = KINDS[kind] ?? '?';
      });
    }
    at = end;
  }
  return { exports, imports };
}
