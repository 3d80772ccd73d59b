/** What the thread does that sends the last word of a process: see sync.ts. */
import { workerData } from 'node:worker_threads';
import { post } from './http';
import { ANSWERED, statusAt, type Work } from './work';

const { url, bodies, proxy, answers } = workerData as Work;
for (const [index, body] of bodies.entries()) {
  post(url, body, proxy, { keeps: true }, ({ status }) => {
    Atomics.store(answers, statusAt(index), status);
    Atomics.add(answers, ANSWERED, 1);
    Atomics.notify(answers, ANSWERED);
  });
}
