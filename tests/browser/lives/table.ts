/**
 * Lets random lives of pages happen in browsers, each beside a model of what somebody experienced there:
 * `npm run lives -- [--seed 1] [--lives 20] [--engine NAME,NAME] [--subject crashfree|sentry] [--width 3]`. What went wrong is told with
 * the life's story; `--seed N --lives 1` repeats it. It ends with 1 if a life was not counted as it was.
 */
import { parseArgs } from 'node:util';
import { engineNames } from '../engines/index.js';
import { explain, runAll } from '../run-all.js';
import { subjects } from '../subjects/index.js';
import { lifeOf } from './life.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    lives: { type: 'string', default: '20' },
    engine: { type: 'string', default: engineNames.join() },
    subject: { type: 'string', default: 'crashfree' },
    width: { type: 'string', default: '3' },
  },
});
const first = Number(values.seed);
const lives = Array.from({ length: Number(values.lives) }, (_, index) => lifeOf(first + index));
const engines = engineNames.filter((name) => values.engine.split(',').includes(name));
const subject = subjects.filter((name) => name === values.subject);
if (lives.length === 0 || engines.length === 0 || subject.length === 0) {
  throw new Error('nothing to live: look at --lives, and the names of engines and subjects');
}
const stories = new Map(lives.map(({ test, story }) => [test.name, story]));

let right = 0;
await runAll(
  lives.map(({ test }) => test),
  {
    subjects: subject,
    engines,
    width: Number(values.width),
    onResult(name, column, result) {
      if (result.ok) right++;
      else console.log(`\n${name}: ${stories.get(name)!.join('; ')}\n${explain(column, result)}`);
    },
  },
);
const all = lives.length * engines.length;
console.log(`\n${right} of ${all} lives were counted as they were`);
process.exit(right === all ? 0 : 1);
