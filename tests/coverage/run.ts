/**
 * Lines and branches that the tests run: `npm run coverage` for the core and the page's layer,
 * `npm run coverage -- core` or `-- page` for one of them. What is run in browsers only is not in it.
 * Of the page's layer V8 tells only those branches that ran at other times than what is around them.
 */
import { step } from '../../web/build/run.js';
import { writeAbi } from '../../web/build/steps/abi.js';
import { coverCore } from './core.js';
import { coverPage } from './page.js';
import { print } from './report.js';

const wanted = process.argv.slice(2);
if (wanted.some((word) => word !== 'core' && word !== 'page')) {
  console.error('usage: npm run coverage -- [core] [page]');
  process.exit(2);
}
const is = (word: string): boolean => wanted.length === 0 || wanted.includes(word);

await writeAbi();
if (is('core')) {
  const covered = await step('Running the unit tests and the simulator', coverCore);
  print('src, by unit tests and simulator', covered);
}
if (is('page')) {
  const { covered, untouched } = await step('Running the tests of the page’s layer', coverPage);
  print('web/src, by tests/web', covered);
  console.log(`Types alone, or run in browsers only: ${untouched.join(', ')}`);
}
