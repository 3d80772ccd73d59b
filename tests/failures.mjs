/**
 * A reporter for `node --test` that writes the tests that failed, and why, for whoever reads the end of
 * a long log. It is no TypeScript: Node.js 20 loads reporters before what could read that.
 */

/** Lines, and characters of each, that are shown of one failure: the end of a log must hold them all. */
const LINES_MAX = 12;
const WIDTH_MAX = 240;

/** @param {AsyncIterable<import('node:test/reporters').TestEvent>} source */
export default async function* failures(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:fail') continue;
    const { error } = data.details;
    // A suite fails with the test in it, which is told of itself.
    if ('failureType' in error && error.failureType === 'subtestsFailed') continue;
    const cause = error.cause instanceof Error ? error.cause.message : String(error.cause);
    const lines = cause.split('\n').slice(0, LINES_MAX);
    yield [data.name, ...lines.map((line) => `    ${line.slice(0, WIDTH_MAX)}`), ''].join('\n');
  }
}
