/** What crosses the boundary: the exact exports and imports, and the memory. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../web/build/run.js';
import { readBoundary } from '../../web/build/steps/abi.js';
import type { BOUNDARIES, Declaration } from '../../web/build/steps/boundary.js';
import { Counter, Option } from '../../web/src/abi.js';
import { Core, SHIPPED, WASI, compile } from './module.js';
import { signatures } from './signatures.js';

/** The signatures of functions as WebAssembly has them. */
const typed = (declarations: Declaration[], prefix = '') =>
  declarations.map(({ name, parameters, result }) => [
    `${prefix}${name}`,
    `(${parameters.map(({ wasm }) => wasm).join(' ')}) -> ${result?.wasm ?? '()'}`,
  ]);

/** A module exports and imports what its sources declare, and `memory` so many pages. */
async function check(path: string, boundary: keyof typeof BOUNDARIES, memory: string) {
  const { exports, imports } = await readBoundary(boundary);
  const names = exports.map(({ name }) => name);
  assert.ok(names.includes('init') && names.includes('respond'), 'the declarations were read');
  const module = readFileSync(path);
  assert.deepEqual(signatures(module), {
    exports: { memory: `memory ${memory}`, ...Object.fromEntries(typed(exports)) },
    imports: Object.fromEntries(typed(imports, 'env.')),
  });
  // The engine's own view, should the reader of signatures be wrong.
  assert.deepEqual(
    WebAssembly.Module.exports(compile(path))
      .map(({ name }) => name)
      .sort(),
    ['memory', ...names].sort(),
  );
  assert.deepEqual(
    WebAssembly.Module.imports(compile(path))
      .map(({ name }) => name)
      .sort(),
    imports.map(({ name }) => name).sort(),
  );
}

for (const [name, path] of Object.entries({ Emscripten: SHIPPED, WASI })) {
  test(`${name}: exports and imports are those declared and no others`, () =>
    check(path, 'Page', '1 1'));

  test(`${name}: 10,000 navigations leave the memory at 128 KiB or less`, () => {
    const core = new Core(path).configure();
    const before = core.calls.memory.buffer.byteLength;
    assert.ok(before <= 128 * 1024, `${before} bytes`);

    const navigations = 10_000;
    const pending: number[] = [];
    let requests = 0;
    core.onFetch = (request) => {
      requests++;
      pending.push(request.number);
    };
    for (let i = 0; i < navigations; i++) {
      core.advance(1000);
      core.calls.start(true);
      if (i % 7 === 0) core.calls.error(false);
      if (i % 11 === 0) core.calls.error(true);
      if (i % 5 === 0) core.setUser(`user-${i % 3}`);
      for (const number of pending.splice(0)) core.calls.respond(number, 200, 0, -1);
      if (i % 100 === 0) core.calls.hide(false);
    }
    core.advance(5000);
    for (const number of pending.splice(0)) core.calls.respond(number, 200, 0, -1);
    assert.ok(requests >= navigations);
    assert.equal(core.calls.count(Counter.ACCEPTED), core.calls.count(Counter.STARTED));
    assert.ok(core.calls.count(Counter.ACCEPTED) >= navigations);
    assert.equal(core.calls.memory.buffer.byteLength, before);
    assert.throws(() => core.calls.memory.grow(1), RangeError);
  });

  test(`${name}: a full queue of the longest sessions stays within the memory`, () => {
    const core = new Core(path).configure();
    const text = '\u0001'.repeat(400);
    core.setText(Option.USER_AGENT, text);
    core.setUser(text.slice(0, 255));
    core.calls.set_number(Option.PER_MINUTE, 0);
    core.calls.start(true);
    core.respond(core.sent[0]!, 429, '300:session:key');
    for (let i = 1; i < 64; i++) core.calls.start(true);
    for (let i = 0; i < 40; i++) {
      core.advance(300_000);
      core.answer(200);
    }
    assert.equal(core.calls.count(Counter.ACCEPTED), 64);
    assert.ok(core.sent.length > 5, 'they do not fit into one envelope');
    assert.ok(core.sent.every(({ body }) => body.length < 30_000));
    assert.equal(core.calls.memory.buffer.byteLength, 64 * 1024);
  });

  test(`${name}: init makes the client anew`, () => {
    const core = new Core(path).configure();
    core.calls.start(true);
    assert.equal(core.calls.count(Counter.STARTED), 1);
    core.calls.init();
    assert.equal(core.calls.count(Counter.STARTED), 0);
    assert.equal(core.calls.status(), 1);
    assert.equal(core.calls.session(), 0);
  });
}

for (const [boundary, file, memory] of [
  ['Node', 'crashfree-node', '6 6'],
  ['Events', 'crashfree-events', '1 1'],
] as const) {
  test(`${file}: exports and imports are those declared and no others`, () =>
    check(join(root, `build/wasm/${file}.wasm`), boundary, memory));
}
