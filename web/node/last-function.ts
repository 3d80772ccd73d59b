/** The function that a middleware is to go on with: the last of its parameters that is one. */
export const lastFunction = (parameters: readonly unknown[]): (() => unknown) | undefined =>
  parameters.filter((parameter) => typeof parameter === 'function').at(-1) as
    (() => unknown) | undefined;
