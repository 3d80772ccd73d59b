/**
 * Replays what a Relay was sent, and prints where the collector does something else:
 * `npm run relay -- FILE`. The last line is the number of equal cases and of all.
 */
import { readRelayFile } from './file.js';
import { replay } from './replay.js';

const KEPT = new URL('../../vectors/relay-26.9.0.json', import.meta.url);
const [file, ...more] = process.argv.slice(2);
if (more.length > 0) {
  console.error('Usage: npm run relay -- [FILE]');
  process.exit(2);
}

try {
  const { differences, equal, total } = await replay(await readRelayFile(file ?? KEPT));
  for (const line of differences) console.log(line);
  console.log(`${equal}/${total}`);
  process.exitCode = equal === total ? 0 : 1;
} catch (error) {
  console.error(`relay: ${(error as Error).message}`);
  process.exitCode = 2;
}
