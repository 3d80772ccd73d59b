import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import { Eager } from '../../web/build/steps/eager.js';
import { firstRun, placeOf, type Place } from '../../web/build/steps/first-run.js';
import { moveMappings } from '../../web/build/steps/mappings.js';

/** Makes a function long enough. */
const long = `'${'x'.repeat(60)}'`;

/** A script of which these functions run at the start, and those later. */
function written(body: string, atStart: string[], later: string[] = []): Eager {
  const source = `(e=>{${body}})(1);`;
  const placesOf = (texts: string[]): Place[] =>
    texts.map((text) => {
      const begin = source.indexOf(text);
      assert.ok(begin >= 0, text);
      return placeOf(begin, begin + text.length);
    });
  return new Eager(source, {
    atStart: new Set([placeOf(1, source.length - 5), ...placesOf(atStart)]),
    later: new Set(placesOf(later)),
  });
}

describe('functions that are compiled at once', () => {
  const bodyOf = ({ code }: Eager) => code.slice('(e=>{'.length, -'})(1);'.length);

  it('are arrow functions that run with the script', () => {
    for (const [arrow, expected] of [
      [`e=>e+${long}`, `(function(e){return e+${long}})`],
      [`()=>({a:${long}})`, `(function(){return {a:${long}}})`],
      [`()=>(1,${long})`, `(function(){return 1,${long}})`],
      [`([a],...{b=1})=>{${long}}`, `(function([a],...{b=1}){${long}})`],
      [`async a=>{await ${long}}`, `(async function(a){await ${long}})`],
    ] as const) {
      const eager = written(`f(${arrow})`, [arrow]);
      assert.equal(bodyOf(eager), `f(${expected})`);
      assert.equal(eager.count, 1);
    }
  });

  it('are declared functions, which can be called before their place', () => {
    const [f, g] = [`function f(a){return a}`, 'async function g(){}'];
    const eager = written(`'use strict';f();${f}g();${g}function h(){}`, [f, g]);
    assert.equal(
      bodyOf(eager),
      `'use strict';var f=(function(a){return a}),g=(async function(){});f();g();function h(){}`,
    );
  });

  it('are within those that run later what runs then', () => {
    const inner = `()=>${long}`;
    const outer = `()=>{${inner}}`;
    assert.equal(
      bodyOf(written(`f(${outer})`, [], [outer, inner])),
      `f(()=>{(function(){return ${long}})})`,
    );
  });

  it('are called where they stand in one pair of parentheses', () => {
    const arrow = `()=>${long}`;
    assert.equal(bodyOf(written(`(${arrow})()`, [arrow])), `(function(){return ${long}})()`);
  });

  it('are no others', () => {
    for (const function_ of [
      `()=>{this.f(${long})}`,
      `(a=arguments)=>${long}`,
      `()=>()=>this+${long}`,
      '()=>1',
      `function*(){yield ${long}}`,
    ]) {
      assert.equal(bodyOf(written(`f(${function_})`, [function_])), `f(${function_})`);
    }
    const [inner, outer] = [`()=>${long}`, `()=>{f(()=>${long});this}`];
    assert.equal(bodyOf(written(`f(${outer})`, [outer], [inner])), `f(${outer})`);
    assert.throws(
      () => new Eager('let a', { atStart: new Set(), later: new Set() }),
      /not a function/,
    );
  });

  it('leave a source map that tells of the same code', () => {
    const [f, arrow] = [`function f(a){return a}`, `()=>f(${long})`];
    const before = `(e=>{g;\n${f}\nh(${arrow})})(1);`;
    const places = [f, arrow].map((text) => {
      const begin = before.indexOf(text);
      return placeOf(begin, begin + text.length);
    });
    const { code, copied } = new Eager(before, {
      atStart: new Set([placeOf(1, before.length - 5), ...places]),
      later: new Set(),
    });
    /* Each character has an entry, with its place in the first source as the one in this. */
    const mappings = encode(
      before
        .split('\n')
        .map((line, row) =>
          [...line].map((_, column): SourceMapSegment => [column, 0, row, column]),
        ),
    );
    const lines = { before: before.split('\n'), now: code.split('\n') };
    const seen = decode(moveMappings(mappings, before, code, copied)).flatMap((segments, row) =>
      segments.map(([column, , line, from]) => {
        assert.equal(lines.now[row]![column], lines.before[line!]![from!]);
        return lines.now[row]![column];
      }),
    );
    assert.ok(seen.length > before.length - 40, `${seen.length} of ${before.length}`);
  });
});

describe('the first run of a script', () => {
  it('tells what runs at its start, and what until its session is sent', async () => {
    const functions = {
      init: '()=>{1}',
      start: '()=>{addEventListener("load",load)}',
      load: '()=>{fetch("/")}',
      never: '()=>{2}',
    };
    const declared = Object.entries(functions).map(([name, text]) => `${name}=${text}`);
    const source = `{let ${declared.join()};start();globalThis.crashfree={init}}`;
    const { atStart, later } = await firstRun(source);
    const isIn = (places: Set<Place>) =>
      Object.entries(functions)
        .filter(([, text]) => {
          const begin = source.indexOf(text);
          return places.has(placeOf(begin, begin + text.length));
        })
        .map(([name]) => name);
    assert.deepEqual(isIn(atStart), ['init', 'start']);
    assert.deepEqual(isIn(later), ['load']);
  });

  it('fails if that sends nothing, and as the script does', async () => {
    const source = 'globalThis.crashfree={init(){}}';
    await assert.rejects(firstRun(source), /made 0 requests and not 1/);
    await assert.rejects(firstRun('nothing()'), /nothing is not defined/);
  });
});
