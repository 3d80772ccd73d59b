/**
 * The last word of a process. In `exit` handlers nothing that is asynchronous happens any more, on no
 * way out: `process.exit()`, an uncaught error, the end. A thread of its own has an event loop that
 * still runs, and the process waits for it, so that exit code and output stay what they would be.
 */
import { Worker } from 'node:worker_threads';
import { code } from 'crashfree:worker';
import type { ServerAnswer } from '../core';
import { statusAlone } from './answer';
import { ANSWERED, statusAt, type Work } from './work';

function start(work: Work): void {
  const env = { ...process.env };
  /* What is loaded into the process must not be loaded into the thread. */
  delete env.NODE_OPTIONS;
  const worker = new Worker(code, {
    eval: true,
    workerData: work,
    execArgv: [],
    env,
    /* Nothing that the thread says is shown. */
    stdout: true,
    stderr: true,
  });
  worker.on('error', () => {});
  worker.unref();
}

/** Sends envelopes and waits for all answers, no longer than `timeout` ms. */
export function postNow(
  url: string,
  bodies: string[],
  proxy: string,
  timeout: number,
): ServerAnswer[] {
  const size = statusAt(bodies.length) * Int32Array.BYTES_PER_ELEMENT;
  const answers = new Int32Array(new SharedArrayBuffer(size));
  try {
    start({ url, bodies, proxy, answers });
    const until = performance.now() + timeout;
    for (;;) {
      const answered = Atomics.load(answers, ANSWERED);
      if (answered === bodies.length) break;
      const left = Math.max(0, until - performance.now());
      if (Atomics.wait(answers, ANSWERED, answered, left) === 'timed-out') break;
    }
  } catch {
    /* The process may not be allowed to start threads. */
  }
  return bodies.map((_, index) => statusAlone(answers[statusAt(index)]!));
}
