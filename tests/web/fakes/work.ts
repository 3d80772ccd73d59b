/** Counts work by the characters that it looks at, which tells more than a clock does. */

/** What looks at a text as a whole; cutting it does not. */
const looking = [
  ...['replace', 'split', 'search', 'includes', 'indexOf', 'lastIndexOf', 'trim', 'trimEnd'],
  ...['startsWith', 'endsWith', 'match', 'matchAll', 'replaceAll', 'toLowerCase', 'normalize'],
];

type Method = (...parameters: unknown[]) => unknown;

/** How many characters `call` hands to methods of texts and to patterns. */
export function workOf(call: () => unknown): number {
  let work = 0;
  const undo: (() => void)[] = [];
  const count = (
    holder: object,
    name: string,
    lengthOf: (self: unknown, first: unknown) => number,
  ) => {
    const methods = holder as Record<string, Method>;
    const original = methods[name]!;
    methods[name] = function (this: unknown, ...parameters) {
      work += lengthOf(this, parameters[0]);
      return Reflect.apply(original, this, parameters);
    };
    undo.push(() => void (methods[name] = original));
  };
  for (const name of looking) count(String.prototype, name, (self) => (self as string).length);
  /* `test`, and what texts do with a pattern, go through `exec`. */
  count(RegExp.prototype, 'exec', (_, text) => (text as string).length);
  try {
    call();
  } finally {
    undo.forEach((back) => back());
  }
  return work;
}
