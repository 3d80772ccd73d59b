/**
 * Has engines compile at once what will run anyway. V8 reads a function twice, once to find its end and
 * once more when it is called, unless a parenthesis stands before the word: `(function…`. An arrow function
 * has no such form. So a function that first runs in the same phase as the one around it is written like that, and
 * compiled together with it: what runs at the start with the script, what runs later with the first of it.
 */
import { parseAst } from 'rollup/parseAst';
import { placeOf, type FirstRun } from './first-run.js';
import type { Copied } from './mappings.js';

interface Node {
  type: string;
  start: number;
  end: number;
  [property: string]: unknown;
}
interface FunctionNode extends Node {
  id?: Node | null;
  params: Node[];
  body: Node;
  async: boolean;
  generator: boolean;
}

/** Arrow functions of fewer characters stay: written otherwise they take more bytes than they save time. */
const LENGTH_MIN = 60;

enum Phase {
  START,
  LATER,
  NEVER,
}

const isNode = (value: unknown): value is Node =>
  typeof (value as Node | null | undefined)?.type === 'string';
const isFunction = (node: Node): node is FunctionNode => /Function/.test(node.type);
const childrenOf = (node: object): Node[] =>
  Object.values(node)
    .flat()
    .filter(isNode)
    .sort((a, b) => a.start - b.start);

/** Whether an arrow function means something of the function around it that no other kind of function would. */
function seesAround(node: Node): boolean {
  if (/^(ThisExpression|Super|MetaProperty)$/.test(node.type)) return true;
  if (node.type === 'Identifier' && node['name'] === 'arguments') return true;
  return childrenOf(node).some((child) => !/^Function/.test(child.type) && seesAround(child));
}

/** The function that is the script. V8 compiles it in time as it is. */
function mainOf(program: Node): Node {
  const [statement] = program['body'] as { expression?: { callee?: Node } }[];
  const main = statement?.expression?.callee;
  if (!main || !isFunction(main)) {
    throw new Error('the script is not a function that is called where it stands');
  }
  return main;
}

export class Eager {
  /** The script, written so. */
  code = '';
  /** How many functions are compiled with the one around them. */
  count = 0;
  readonly copied: Copied[] = [];
  readonly #main: Node;

  /** `source`: a script that is one function, called where it stands. */
  constructor(
    private readonly source: string,
    private readonly firstRun: FirstRun,
  ) {
    const program = parseAst(source) as unknown as Node;
    this.#main = mainOf(program);
    this.#inside(program, Phase.START);
  }

  #phaseOf({ start, end }: Node): Phase {
    const place = placeOf(start, end);
    if (this.firstRun.atStart.has(place)) return Phase.START;
    return this.firstRun.later.has(place) ? Phase.LATER : Phase.NEVER;
  }

  /** Whether a function runs when the one around it does, which runs in `phase`. */
  #runsWith(phase: Phase, node: FunctionNode): boolean {
    return !node.generator && phase !== Phase.NEVER && this.#phaseOf(node) === phase;
  }

  #copy(from: number, to: number): void {
    if (to <= from) return;
    this.copied.push({ from, to, at: this.code.length });
    this.code += this.source.slice(from, to);
  }

  #inside(node: Node, phase: Phase): void {
    this.#between(node.start, node.end, childrenOf(node), node, phase);
  }

  /** Writes what is between two places, in which these nodes are, without those that stand elsewhere now. */
  #between(
    from: number,
    to: number,
    nodes: Node[],
    parent: Node,
    phase: Phase,
    moved: readonly Node[] = [],
  ): void {
    let at = from;
    for (const node of nodes) {
      // The name and the value of a short property are one.
      if (node.start < at) continue;
      this.#copy(at, node.start);
      if (!moved.includes(node)) this.#write(node, parent, phase);
      at = node.end;
    }
    this.#copy(at, to);
  }

  #write(node: Node, parent: Node, phase: Phase): void {
    if (node.type === 'BlockStatement' && isFunction(parent)) return this.#body(node, phase);
    if (!isFunction(node)) return this.#inside(node, phase);
    const isEager =
      node !== this.#main &&
      node.type === 'ArrowFunctionExpression' &&
      node.end - node.start >= LENGTH_MIN &&
      this.#runsWith(phase, node) &&
      ![...node.params, node.body].some(seesAround);
    if (!isEager) return this.#inside(node, this.#phaseOf(node));
    // What is called where it stands is in parentheses already.
    const isCallee = parent.type === 'CallExpression' && parent['callee'] === node;
    this.#function(node, phase, isCallee ? '' : '(');
  }

  /** Writes a function as a nameless one that is no arrow function, after `open`. */
  #function(node: FunctionNode, phase: Phase, open: '' | '('): void {
    const { async, params, body } = node;
    const [first, last] = [params[0], params[params.length - 1]];
    const isBlock = body.type === 'BlockStatement';
    this.count++;
    this.code += `${open}${async ? 'async ' : ''}function(`;
    if (first && last) this.#between(first.start, last.end, params, node, phase);
    this.code += isBlock ? ')' : '){return ';
    this.#write(body, node, phase);
    this.code += `${isBlock ? '' : '}'}${open && ')'}`;
  }

  /** Writes a body. Its functions with names go to its head, as they could be called before they stood there. */
  #body(body: Node, phase: Phase): void {
    const statements = childrenOf(body);
    const named = statements.filter(
      (node): node is FunctionNode =>
        node.type === 'FunctionDeclaration' && this.#runsWith(phase, node as FunctionNode),
    );
    const head = statements.find((node) => !('directive' in node))?.start ?? body.end;
    this.#between(body.start, head, [], body, phase);
    named.forEach((node, index) => {
      this.code += `${index ? ',' : 'var '}${String(node.id!['name'])}=`;
      this.#function(node, phase, '(');
    });
    if (named.length > 0) this.code += ';';
    this.#between(head, body.end, statements, body, phase, named);
  }
}
