/**
 * Patterns as Relay's filters know them: `*` any text, `?` one character, `[ab]`, `[a-z]` and
 * `[!ab]` one of these or none of them, `{a,b}` one of these texts, `\` the next one as it is.
 * Case is ignored. A pattern that is not well-formed matches nothing, nor does an empty one.
 */
interface Step {
  /** Whether it reads this character; without it none is read. */
  reads?: (sign: string) => boolean;
  /** Where it may go on, by number; behind the last step the pattern is at its end. */
  next: number[];
}

type Range = [from: string, to: string];

const anySign = (): boolean => true;
const code = (sign: string): number => sign.codePointAt(0) ?? 0;

/** In lower case, each character by itself: the end of a word makes no difference. */
const fold = (text: string): string => Array.from(text, (sign) => sign.toLowerCase()).join('');

/** The characters in brackets that begin at `start`, and where they end; undefined if it is wrong. */
function readClass(
  signs: readonly string[],
  start: number,
): { ranges: Range[]; isNegated: boolean; end: number } | undefined {
  const isNegated = signs[start + 1] === '!';
  const ranges: Range[] = [];
  let isRange = false;
  for (let at = start + (isNegated ? 2 : 1); ; at++) {
    let sign = signs[at];
    const last = ranges.at(-1);
    if (sign === ']') {
      if (isRange) ranges.push(['-', '-']);
      return { ranges, isNegated, end: at };
    }
    if (sign === '-' && last !== undefined && !isRange) {
      isRange = true;
      continue;
    }
    if (sign === '\\') sign = signs[++at];
    else if (sign === '[') return undefined;
    if (sign === undefined) return undefined;
    if (!isRange || last === undefined) ranges.push([sign, sign]);
    else if (code(last[0]) > code(sign)) return undefined;
    else last[1] = sign;
    isRange = false;
  }
}

const isWithin = (sign: string, ranges: readonly Range[]): boolean =>
  ranges.some(([from, to]) => code(from) <= code(sign) && code(sign) <= code(to));

/** The steps of a pattern; undefined if it is not well-formed. */
function compile(pattern: string): Step[] | undefined {
  const steps: Step[] = [];
  const here = (): number => steps.length;
  const read = (reads: (sign: string) => boolean): unknown =>
    steps.push({ reads, next: [here() + 1] });
  const readText = (text: string): void => {
    for (const wanted of fold(text)) read((sign) => sign === wanted);
  };
  let braces: { start: number; begin: Step; ends: Step[] } | undefined;
  const signs = [...pattern];
  for (let at = 0; at < signs.length; at++) {
    const sign = signs[at] ?? '';
    if (sign === '*') {
      steps.push({ next: [here() + 1, here() + 2] });
      steps.push({ reads: anySign, next: [here() - 1] });
    } else if (sign === '?') read(anySign);
    else if (sign === '\\') {
      const literal = signs[++at];
      if (literal === undefined) return undefined;
      readText(literal);
    } else if (sign === '[') {
      const found = readClass(signs, at);
      if (found === undefined) return undefined;
      const { ranges, isNegated, end } = found;
      at = end;
      if (ranges.length === 0) continue;
      read(
        (char) => (isWithin(char, ranges) || isWithin(char.toUpperCase(), ranges)) !== isNegated,
      );
    } else if (sign === '{') {
      if (braces !== undefined) return undefined;
      braces = { start: here(), begin: { next: [here() + 1] }, ends: [] };
      steps.push(braces.begin);
    } else if (sign === ',' && braces !== undefined) {
      const end: Step = { next: [] };
      braces.ends.push(end);
      steps.push(end);
      braces.begin.next.push(here());
    } else if (sign === '}' && braces !== undefined) {
      for (const end of braces.ends) end.next = [here()];
      braces = undefined;
    } else if (sign === '}' || sign === ']') return undefined;
    else readText(sign);
  }
  /* Relay leaves out braces that are never closed, with all that is in them. */
  if (braces !== undefined) steps.length = braces.start;
  return steps;
}

/** Adds a step, and those that are reached from it without a sign. */
function reach(steps: readonly Step[], found: Set<number>, first: number): void {
  const left = [first];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    const step = steps[at];
    if (step && !step.reads) left.push(...step.next);
  }
}

/**
 * All ways through the pattern at the same time: a regular expression would try one after the other, which
 * takes for ever where a text has many places for each `*`.
 */
function matches(steps: readonly Step[], text: string): boolean {
  let found = new Set<number>();
  reach(steps, found, 0);
  for (const sign of fold(text)) {
    const then = new Set<number>();
    for (const at of found) {
      const step = steps[at];
      if (step?.reads?.(sign)) for (const next of step.next) reach(steps, then, next);
    }
    if (then.size === 0) return false;
    found = then;
  }
  return found.has(steps.length);
}

/** Patterns, compiled once; those that match nothing have no steps. */
const compiled = new Map<string, Step[]>();
const MAX_COMPILED = 500;

export function matchesGlob(pattern: string, text: string): boolean {
  let steps = compiled.get(pattern);
  if (steps === undefined) {
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    steps = compile(pattern) ?? [];
    compiled.set(pattern, steps);
  }
  return steps.some(({ reads }) => reads !== undefined) && matches(steps, text);
}
