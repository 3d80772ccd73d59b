/** What the thread does that sends the last word of a process: see sync.ts. */
import { workerData } from 'node:worker_threads';
import { post } from './http';

/** What the thread is given. */
export interface Work {
  url: string;
  body: string;
  proxy: string;
  /** The status of the answer goes into its only element. */
  status: Int32Array;
}

/** In place of status 0, which is what the element has before. */
export const FAILED = -1;

const { url, body, proxy, status } = workerData as Work;
post(
  url,
  body,
  proxy,
  undefined,
  () => {},
  (answer) => {
    Atomics.store(status, 0, answer.status || FAILED);
    Atomics.notify(status, 0);
  },
);
