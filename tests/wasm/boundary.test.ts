/** What crosses the boundary: the exact exports and imports, and the memory. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Counter, ErrorKind, Option } from '../../web/src/abi.js';
import { Core, SHIPPED, WASI, compile } from './module.js';
import { signatures } from './signatures.js';

const EXPORTS = {
  memory: 'memory 1 1',
  init: '() -> i32',
  set_text: '(i32 i32) -> i32',
  set_number: '(i32 f64) -> ()',
  set_user: '(i32 f64) -> ()',
  set_consent: '(i32) -> ()',
  start: '(i32 f64) -> ()',
  end: '(i32 f64) -> ()',
  error: '(i32 f64) -> ()',
  flush: '() -> ()',
  hide: '(i32) -> ()',
  wake: '() -> ()',
  respond: '(i32 i32 i32 f64) -> ()',
  session: '() -> i32',
  save: '(i32) -> i32',
  restore: '(i32 i32) -> i32',
  forget: '() -> ()',
  status: '() -> i32',
  count: '(i32) -> i32',
  close: '() -> ()',
};

const IMPORTS = {
  'env.now': '() -> f64',
  'env.monotonic': '() -> f64',
  'env.random': '(i32 i32) -> ()',
  'env.wake': '(f64) -> ()',
  'env.fetch': '(i32 i32 i32 i32 i32 i32) -> ()',
  'env.before_send': '(i32 i32) -> i32',
};

for (const [name, path] of Object.entries({ Emscripten: SHIPPED, WASI })) {
  test(`${name}: exports and imports are these and no others`, () => {
    const { exports, imports } = signatures(readFileSync(path));
    assert.deepEqual(exports, EXPORTS);
    assert.deepEqual(imports, IMPORTS);
    // The engine's own view, should the reader above be wrong.
    const module = compile(path);
    assert.deepEqual(
      WebAssembly.Module.exports(module)
        .map(({ name }) => name)
        .sort(),
      Object.keys(EXPORTS).sort(),
    );
    assert.deepEqual(
      WebAssembly.Module.imports(module)
        .map(({ module, name }) => `${module}.${name}`)
        .sort(),
      Object.keys(IMPORTS).sort(),
    );
  });

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
      core.calls.start(1);
      if (i % 7 === 0) core.calls.error(ErrorKind.HANDLED);
      if (i % 11 === 0) core.calls.error(ErrorKind.UNHANDLED);
      if (i % 5 === 0) core.setUser(`user-${i % 3}`);
      for (const number of pending.splice(0)) core.calls.respond(number, 200, 0, -1);
      if (i % 100 === 0) core.calls.hide(0);
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
    core.calls.start(1);
    core.respond(core.sent[0]!, 429, '300:session:key');
    for (let i = 1; i < 64; i++) core.calls.start(1);
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
    core.calls.start(1);
    assert.equal(core.calls.count(Counter.STARTED), 1);
    core.calls.init();
    assert.equal(core.calls.count(Counter.STARTED), 0);
    assert.equal(core.calls.status(), 1);
    assert.equal(core.calls.session(), 0);
  });
}

const NODE_EXPORTS = {
  memory: 'memory 6 6',
  init: '() -> i32',
  capacity: '() -> i32',
  set_text: '(i32 i32) -> i32',
  status: '(f64) -> i32',
  count: '(i32 i32 f64 f64) -> ()',
  waiting: '() -> f64',
  send: '(i32 f64 f64) -> i32',
  url: '() -> i32',
  respond: '(i32 i32 f64 f64) -> i32',
  process_start: '() -> ()',
  process_error: '(i32) -> ()',
  process_end: '() -> ()',
  process_wake: '() -> ()',
  process_respond: '(i32 i32 i32 f64) -> ()',
};

const NODE_IMPORTS = {
  'env.now': '() -> f64',
  'env.monotonic': '() -> f64',
  'env.random': '(i32 i32) -> ()',
  'env.wake': '(f64) -> ()',
  'env.fetch': '(i32 i32 i32) -> ()',
};

test('the module for servers: exports and imports are these and no others', () => {
  const path = new URL('../../build/wasm/crashfree-node.wasm', import.meta.url);
  const { exports, imports } = signatures(readFileSync(path));
  assert.deepEqual(exports, NODE_EXPORTS);
  assert.deepEqual(imports, NODE_IMPORTS);
});
