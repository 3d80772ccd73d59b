/**
 * Navigates for a long time in one instance: `npm run soak [-- navigations]`. Prints the memory
 * before and after, and exits with 1 if it grew or a session did not arrive.
 */
import { Counter } from '../../web/src/abi.js';
import { Core } from './module.js';

const navigations = Number(process.argv[2] ?? 1_000_000);
const core = new Core().configure();
const before = core.calls.memory.buffer.byteLength;
const pending: number[] = [];
let requests = 0;
let bytes = 0;
core.onFetch = (request) => {
  requests++;
  bytes += request.body.length;
  pending.push(request.number);
};

const start = performance.now();
for (let i = 0; i < navigations; i++) {
  core.advance(1000);
  core.calls.start(true);
  if (i % 50 === 0) core.calls.error(i % 100 === 0);
  if (i % 1000 === 0) core.setUser(`user-${i}`);
  // One in a hundred answers is a refusal and one in a hundred never comes.
  for (const number of pending.splice(0)) {
    const fate = number % 100;
    core.calls.respond(number, fate === 0 ? 503 : fate === 1 ? 0 : 200, 0, -1);
  }
}
for (let i = 0; i < 10; i++) {
  core.advance(300_000);
  core.calls.start(true);
  for (const number of pending.splice(0)) core.calls.respond(number, 200, 0, -1);
}
const seconds = (performance.now() - start) / 1000;
const after = core.calls.memory.buffer.byteLength;
const [started, accepted] = [core.calls.count(Counter.STARTED), core.calls.count(Counter.ACCEPTED)];

console.log(`navigations   ${navigations.toLocaleString('en')}`);
console.log(
  `time          ${seconds.toFixed(1)} s, ${((seconds * 1e6) / navigations).toFixed(1)} us each`,
);
console.log(`requests      ${requests.toLocaleString('en')}, ${bytes.toLocaleString('en')} bytes`);
console.log(
  `sessions      ${started.toLocaleString('en')} started, ${accepted.toLocaleString('en')} accepted`,
);
console.log(`memory before ${before.toLocaleString('en')} bytes`);
console.log(`memory after  ${after.toLocaleString('en')} bytes`);
if (after !== before || accepted !== started) process.exitCode = 1;
