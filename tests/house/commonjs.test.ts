import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commonjs } from '../../web/build/steps/commonjs.js';

/** What a module of that text exports by require. */
function required(module: string): Record<string, unknown> {
  const exports = {};
  new Function('exports', commonjs(module))(exports);
  return exports;
}

describe('a module as CommonJS', () => {
  it('has the same exports, however they are written', () => {
    const made = required(
      'export function a(){return this}const t="export{",n=2;export{t as text,n};\n//# sourceMappingURL=x',
    );
    assert.deepEqual(Object.keys(made), ['a', 'text', 'n']);
    assert.deepEqual([made['text'], made['n'], made['__esModule']], ['export{', 2, true]);
    // Strict, as modules are.
    assert.equal((made['a'] as () => unknown).call(undefined), undefined);
  });

  for (const module of ['import a from "a";export{a};', 'export default 1', 'export const a=1;']) {
    it(`is refused where it is of another kind: ${module}`, () => {
      assert.throws(() => commonjs(module), SyntaxError);
    });
  }
});
