/** A reporter for `node --test` that writes the tests that failed, and why, for whoever reads the end. */
import type { TestEvent } from 'node:test/reporters';

/** What is shown of one failure: the tail of a long log must hold them all. */
const LINES_MAX = 12;
const WIDTH_MAX = 240;

export default async function* failures(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
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
