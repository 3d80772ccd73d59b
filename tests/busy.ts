/**
 * Runs the tests, all or those named, while something else keeps every core busy, as on a shared
 * machine: `npm run test:busy -- readme demo`. A test that waits for time instead of a condition
 * shows here.
 */
import { availableParallelism } from 'node:os';
import { run } from '../web/build/run.js';
import { start } from './browser/engines/processes.js';

for (let core = 0; core < availableParallelism(); core++) {
  start(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
}
try {
  await run(process.execPath, ['--import', 'tsx', 'tests/run.ts', ...process.argv.slice(2)]);
} catch {
  // The tests have said what is wrong.
  process.exitCode = 1;
}
// What keeps the cores busy ends with this process.
process.exit();
