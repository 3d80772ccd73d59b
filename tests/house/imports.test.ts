/** Layers go one way: no file imports, and no module of C includes, what leads back to it. */
import assert from 'node:assert/strict';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';
import { files, read } from './files.js';

type Graph = Map<string, Set<string>>;

/** One circle of a graph, from a node to itself; nothing if there is none. */
export function circleIn(graph: Graph): string[] | undefined {
  const done = new Set<string>();
  const walk = (node: string, path: string[]): string[] | undefined => {
    const start = path.indexOf(node);
    if (start >= 0) return [...path.slice(start), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const circle = walk(next, [...path, node]);
      if (circle) return circle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const circle = walk(node, []);
    if (circle) return circle;
  }
  return undefined;
}

/** What a TypeScript file imports of its neighbours: values and types, now or later. */
export function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[^]*?\*\/|(?<=^|\s)\/\/[^\n]*/g, '');
  const imports = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.[^'"\n]*)\1/g;
  return [...code.matchAll(imports)].map(([, , path]) => path!);
}

function typescript(): Graph {
  const sources = files.filter((file) => /^web\/.*\.ts$/.test(file));
  const known = new Set([...sources, 'web/src/abi.ts']);
  const graph: Graph = new Map();
  for (const file of sources) {
    const targets = importsOf(read(file)).flatMap((path) => {
      const base = normalize(join(dirname(file), path)).replace(/\.js$/, '');
      return [`${base}.ts`, `${base}/index.ts`, base].find((name) => known.has(name)) ?? [];
    });
    graph.set(file, new Set(targets));
  }
  return graph;
}

/** A module of C is a .c file and the header of its name; the library's and the page's are one each. */
function c(): Graph {
  const sources = files.filter((file) => /^(src|include)\/.*\.[ch]$/.test(file));
  const moduleOf = (file: string) => file.replace(/\.[ch]$/, '');
  const graph: Graph = new Map();
  for (const file of sources) {
    const from = moduleOf(file);
    const edges = graph.get(from) ?? new Set();
    for (const [, path] of read(file).matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
      const candidates = [join(dirname(file), path!), join('src', path!), join('include', path!)];
      const target = candidates.map(normalize).find((name) => sources.includes(name));
      if (!target && basename(path!) === 'cJSON.h') continue;
      assert.ok(target, `${file} includes ${path}, which is not there`);
      if (moduleOf(target) !== from) edges.add(moduleOf(target));
    }
    graph.set(from, edges);
  }
  return graph;
}

/** The modules of the core from top to bottom, as CONTRIBUTING.md lists them: names, blanks, what they are. */
function layers(): string[] {
  const [, list] = /From top to bottom[^\n]*\n([^]*?)\n {2}native\//.exec(read('CONTRIBUTING.md'))!;
  return list!.split(/\n|·/).flatMap((entry) => entry.trim().split(/ {2,}/)[0]!.split(' '));
}

/** The folders below one, from top to bottom, as CONTRIBUTING.md lists them under its name. */
function foldersBelow(folder: string): string[] {
  const [, list] = new RegExp(`^${folder}/ .*\\n((?: .*\\n)+)`, 'm').exec(read('CONTRIBUTING.md'))!;
  return [...list!.matchAll(/^ {2}(\w+)\/ /gm)].map(([, name]) => name!);
}

const drawn = (circle: string[] | undefined): string => circle?.join(' -> ') ?? '';

describe('imports lead one way', () => {
  it('in TypeScript', () => {
    const graph = typescript();
    assert.equal(drawn(circleIn(graph)), '');
    assert.ok([...graph.values()].reduce((sum, { size }) => sum + size, 0) > graph.size);
  });

  it('in C', () => {
    const graph = c();
    assert.equal(drawn(circleIn(graph)), '');
    assert.ok([...graph.values()].reduce((sum, { size }) => sum + size, 0) > graph.size);
  });

  it('in the core from the top of the list in CONTRIBUTING.md to its end', () => {
    const order = layers();
    const modules = new Set(
      files.flatMap((file) => /^src\/(\w+)\.[ch]$/.exec(file)?.slice(1) ?? []),
    );
    assert.deepEqual([...order].sort(), [...modules].sort());
    const upwards = [...c()].flatMap(([from, targets]) =>
      [...targets]
        .filter((to) => dirname(from) === 'src' && dirname(to) === 'src')
        .filter((to) => order.indexOf(basename(to)) <= order.indexOf(basename(from)))
        .map((to) => `${from} -> ${to}`),
    );
    assert.deepEqual(upwards, []);
  });

  for (const folder of ['web/src', 'web/server']) {
    it(`in ${folder} from the top of the list in CONTRIBUTING.md to its end`, () => {
      const order = foldersBelow(folder);
      const roomOf = (file: string) => new RegExp(`^${folder}/(\\w+)/`).exec(file)?.[1];
      const graph = typescript();
      const rooms = new Set([...graph.keys()].flatMap((file) => roomOf(file) ?? []));
      assert.deepEqual([...order].sort(), [...rooms].sort());
      const upwards = [...graph].flatMap(([from, targets]) =>
        [...targets]
          .filter((to) => order.indexOf(roomOf(to)!) < order.indexOf(roomOf(from)!) && roomOf(to))
          .map((to) => `${from} -> ${to}`),
      );
      assert.deepEqual(upwards, []);
    });
  }

  it('which a circle does not', () => {
    const graph = (edges: Record<string, string[]>): Graph =>
      new Map(Object.entries(edges).map(([node, next]) => [node, new Set(next)]));
    assert.equal(drawn(circleIn(graph({ a: ['b', 'c'], b: ['c'], c: [] }))), '');
    assert.equal(drawn(circleIn(graph({ a: ['b'], b: ['c'], c: ['d', 'b'] }))), 'b -> c -> b');
    assert.equal(drawn(circleIn(graph({ a: ['a'] }))), 'a -> a');
  });

  it('however they are written', () => {
    const text = `import './a'; import b, { type c } from "./b.js";\nexport * from '../c';
      export type {\n  d,\n} from './d'; const e = await import('./e'); // import './f'`;
    assert.deepEqual(importsOf(text), ['./a', './b.js', '../c', './d', './e']);
  });
});
