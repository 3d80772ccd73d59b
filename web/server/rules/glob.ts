/**
 * Patterns as Relay's filters know them: `*` any text, `?` one character, `[ab]`, `[a-z]` and
 * `[!ab]` one of these or none of them, `{a,b}` one of these texts, `\` the next one as it is.
 * Case is ignored.
 */
function globToRegExp(pattern: string): RegExp {
  let source = '';
  let inBraces = false;
  const signs = [...pattern];
  for (let at = 0; at < signs.length; at++) {
    const sign = signs[at] ?? '';
    if (sign === '*') source += '[^]*?';
    else if (sign === '?') source += '[^]';
    else if (sign === '\\' && at + 1 < signs.length) source += escape(signs[++at] ?? '');
    else if (sign === '{' && !inBraces && signs.includes('}', at)) {
      source += '(?:';
      inBraces = true;
    } else if (sign === '}' && inBraces) {
      source += ')';
      inBraces = false;
    } else if (sign === ',' && inBraces) source += '|';
    else if (sign === '[' && signs.indexOf(']', at + 2) > 0) {
      const end = signs.indexOf(']', at + 2);
      source += characterClass(signs.slice(at + 1, end));
      at = end;
    } else source += escape(sign);
  }
  return new RegExp(`^${source}$`, 'iu');
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

/** A glob as a test, compiled once. */
const compiled = new Map<string, RegExp>();
const MAX_COMPILED = 500;

export function matchesGlob(pattern: string, text: string): boolean {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    expression = globToRegExp(pattern);
    compiled.set(pattern, expression);
  }
  return expression.test(text);
}
