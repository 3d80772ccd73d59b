/** What is read from lines of stacks, beside what the parser of Sentry's own SDK reads from them. */
import { defaultStackParser } from '@sentry/browser';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { framesOf } from '../../../web/src/events/stack.js';

type Read = [name: string, file: string, line: number | undefined, column: number | undefined];

const only = ([frame]: {
  function?: string;
  filename?: string;
  lineno?: number;
  colno?: number;
}[] = []): Read | undefined =>
  frame && [frame.function ?? '?', frame.filename ?? '', frame.lineno, frame.colno];

const ours = (line: string) => only(framesOf(`\n${line}`) as never);
const theirs = (line: string) => only(defaultStackParser(`\n${line}`));

const SAME = `    at inner (https://cdn.example/a.js:1:20)
    at async outer (https://cdn.example/a.js:3:4)
    at https://cdn.example/b.js:5:6
    at async https://cdn.example/b.js:5:6
    at new Foo (https://cdn.example/a.js:1:20)
    at Object.<anonymous> (https://cdn.example/a.js:1:20)
    at Foo.bar [as baz] (https://cdn.example/a.js:1:20)
    at <anonymous> (https://cdn.example/a.js:1:20)
    at <anonymous>:1:1
    at eval (eval at run (https://cdn.example/c.js:7:8), <anonymous>:1:1)
    at eval (eval at a (eval at b (https://cdn.example/c.js:7:8)), <anonymous>:1:1)
    at HTMLButtonElement.onclick (https://shop.example/:12:34)
    at HTMLButtonElement.<anonymous> (https://shop.example/?a=b@c:12:34)
    at JSON.parse (<anonymous>)
    at f (blob:https://shop.example/d60e3b39:1:2)
    at f (file:///C:/a/b.js:1:2)
    at f (wasm://wasm/00aabbcc:wasm-function[12]:0x1a2b)
    at wasm://wasm/00aabbcc:wasm-function[12]:0x1a2b
    at f (webpack-internal:///./src/a.js:1:2)
    at chrome-extension://abc/inject.js:1:1
    at f (https://cdn.example/npm/pkg@1.2/x.js:1:2)
    at f (https://cdn.example/a.js:12)
    at render (https://cdn.example/app/(shop)/page.js:9:10)
inner@https://cdn.example/a.js:1:20
inner@https://cdn.example/npm/pkg@1.2/x.js:1:2
https://cdn.example/npm/pkg@1.2/x.js:1:2
@https://cdn.example/b.js:5:6
foo/</bar@https://cdn.example/b.js:5:6
async*outer@https://cdn.example/a.js:1:20
setTimeout handler*outer@https://cdn.example/a.js:1:20
./node_modules/@scope/pkg/index.js@https://cdn.example/a.js:1:20
./node_modules/@scope/pkg/index.js@https://cdn.example/npm/@scope/pkg@1.2/x.js:1:2
outer@https://cdn.example/a.js line 3 > eval:1:1
@https://cdn.example/a.js line 3 > eval:1:1
outer@https://cdn.example/a.js line 3 > eval line 4 > eval:1:1
forEach@[native code]
eval@[native code]
eval code@
global code@https://cdn.example/b.js:5:6
f@moz-extension://0/a.js:1:2
f@webkit-masked-url://hidden/:1:2
f@https://cdn.example/a.wasm:wasm-function[3]:0x1f
f@http://localhost:8080/a.js`;

/** Where ours says more, or what Sentry's server leaves out. */
const OTHER: [line: string, ours: Read | undefined][] = [
  ['    at async Promise.all (index 0)', undefined],
  ['    at run (data:text/javascript,run():1:1)', ['run', '<data:text/javascript>', 1, 1]],
  ['    at data:text/javascript,run():1:1', ['?', '<data:text/javascript>', 1, 1]],
  ['f@data:text/javascript,run("x")//@):1:1', ['f', '<data:text/javascript>', 1, 1]],
  [
    'made@https://cdn.example/a.js line 3 > Function:1:1',
    ['made', 'https://cdn.example/a.js', 3, undefined],
  ],
  [
    'f@https://cdn.example/ line 5 > injectedScript:1:1',
    ['f', 'https://cdn.example/', 5, undefined],
  ],
  ['f@blob:https://shop.example/d60e3b39:1:2', ['f', 'blob:https://shop.example/d60e3b39', 1, 2]],
  ['[native code]', undefined],
];

describe('a line of a stack', () => {
  for (const line of SAME.split('\n')) {
    it(`is read as Sentry's SDK reads it: ${line.trim()}`, () => {
      assert.deepEqual(ours(line), theirs(line));
    });
  }
  for (const [line, read] of OTHER) {
    it(`is read better than by Sentry's SDK: ${line.trim()}`, () => {
      assert.deepEqual(ours(line), read);
      assert.notDeepEqual(theirs(line), read);
    });
  }
});

describe('a frame', () => {
  for (const place of [
    'f@[native code]',
    'f@[wasm code]',
    '0@<?>:wasm-function[0]',
    '    at JSON.parse (<anonymous>)',
    'f@safari-web-extension://abc/inject.js:1:1',
  ]) {
    it(`is none of the page's: ${place.trim()}`, () => {
      assert.deepEqual(
        framesOf(place).map(({ in_app }) => in_app),
        [false],
      );
    });
  }
  it("is the page's, though it has no file", () => {
    assert.deepEqual(
      framesOf('f@data:text/javascript,f():1:1').map(({ in_app }) => in_app),
      [true],
    );
  });
});
