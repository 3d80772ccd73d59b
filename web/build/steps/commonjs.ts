import { Script } from 'node:vm';

/**
 * An ES module without imports as CommonJS. A bundler's own way takes 270 bytes for what live bindings
 * need; the exports of these files never change, so assignments do, which Node finds when the file is
 * imported by name.
 */
export function commonjs(module: string): string {
  const names: [exported: string, local: string][] = [];
  const code = module
    .replace(/\n\/\/# sourceMappingURL=.*/, '')
    .replace(/\bexport function (\w+)/g, (_, name: string) => {
      names.push([name, name]);
      return `function ${name}`;
    })
    .replace(/\bexport\s*\{([^{}]*)\};?\s*$/, (_, list: string) => {
      for (const entry of list.split(',')) {
        const [local, exported = local] = entry.trim().split(' as ');
        names.push([exported!, local!]);
      }
      return '';
    });
  const assignments = names.map(([exported, local]) => `exports.${exported}=${local};`);
  const text = `"use strict";${code.trim()}
Object.defineProperty(exports,"__esModule",{value:!0});${assignments.join('')}
`;
  // Throws where an import or another kind of export is left.
  new Script(text);
  return text;
}
