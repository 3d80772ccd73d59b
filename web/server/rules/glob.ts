/**
 * Patterns as Relay's filters know them: `*` any text, `?` one character, `[ab]`, `[a-z]` and
 * `[!ab]` one of these or none of them, `{a,b}` one of these texts, `\` the next one as it is.
 * Case is ignored.
 */
interface Step {
  /** Reads one sign, if it is of these; without it none is read. */
  sign?: RegExp;
  /** Where it may go on, by number; behind the last step the pattern is at its end. */
  next: number[];
}

const ANY = /^[^]$/u;

/** The steps of a pattern. */
function compile(pattern: string): Step[] {
  const steps: Step[] = [];
  const next = (more = 1): number => steps.length + more;
  const add = (expression: string): unknown =>
    steps.push({ sign: new RegExp(`^${expression}$`, 'iu'), next: [next()] });
  let braces: { begin: Step; ends: Step[] } | undefined;
  const close = (): void => {
    for (const end of braces?.ends ?? []) end.next = [next(0)];
    braces = undefined;
  };
  const signs = [...pattern];
  for (let at = 0; at < signs.length; at++) {
    const sign = signs[at] ?? '';
    if (sign === '*') {
      steps.push({ next: [next(), next(2)] });
      steps.push({ sign: ANY, next: [next(-1)] });
    } else if (sign === '?') add('[^]');
    else if (sign === '\\' && at + 1 < signs.length) add(escape(signs[++at] ?? ''));
    else if (sign === '{' && !braces && signs.includes('}', at)) {
      braces = { begin: { next: [next()] }, ends: [] };
      steps.push(braces.begin);
    } else if (sign === '}' && braces) close();
    else if (sign === ',' && braces) {
      const end: Step = { next: [] };
      braces.ends.push(end);
      braces.begin.next.push(next());
      steps.push(end);
    } else if (sign === '[' && signs.indexOf(']', at + 2) > 0) {
      const end = signs.indexOf(']', at + 2);
      add(characterClass(signs.slice(at + 1, end)));
      at = end;
    } else add(escape(sign));
  }
  close();
  return steps;
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

function characterClass(signs: readonly string[]): string {
  const negated = signs[0] === '!' || signs[0] === '^';
  const members = signs
    .slice(negated ? 1 : 0)
    .map((sign) => (/[\]\\^[]/.test(sign) ? `\\${sign}` : sign))
    .join('');
  try {
    new RegExp(`[${members}]`, 'u');
  } catch {
    return '[]';
  }
  return `[${negated ? '^' : ''}${members}]`;
}

/** Adds a step, and those that are reached from it without a sign. */
function reach(steps: readonly Step[], found: Set<number>, first: number): void {
  const left = [first];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    const step = steps[at];
    if (step && !step.sign) left.push(...step.next);
  }
}

/**
 * All ways through the pattern at the same time: a regular expression would try one after the other, which
 * takes for ever where a text has many places for each `*`.
 */
function matches(steps: readonly Step[], text: string): boolean {
  let found = new Set<number>();
  reach(steps, found, 0);
  for (const sign of text) {
    const then = new Set<number>();
    for (const at of found) {
      const step = steps[at];
      if (step?.sign?.test(sign)) for (const next of step.next) reach(steps, then, next);
    }
    if (then.size === 0) return false;
    found = then;
  }
  return found.has(steps.length);
}

/** Patterns, compiled once. */
const compiled = new Map<string, Step[]>();
const MAX_COMPILED = 500;

export function matchesGlob(pattern: string, text: string): boolean {
  let steps = compiled.get(pattern);
  if (steps === undefined) {
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    steps = compile(pattern);
    compiled.set(pattern, steps);
  }
  return matches(steps, text);
}
