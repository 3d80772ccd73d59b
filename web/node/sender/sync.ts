/**
 * The last word of a process. In `exit` handlers nothing that is asynchronous happens any more, on no
 * way out: `process.exit()`, an uncaught error, the end. A thread of its own has an event loop that
 * still runs, and the process waits for it, so that exit code and output stay what they would be.
 */
import { Worker } from 'node:worker_threads';
import { code } from 'crashfree:worker';
import type { Answer } from '../core';
import { NO_ANSWER } from './answer';
import type { Work } from './worker';

/** Sends an envelope and waits for the answer, no longer than `timeout` ms. */
export function postNow(url: string, body: string, proxy: string, timeout: number): Answer {
  try {
    const status = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const env = { ...process.env };
    /* What is loaded into the process must not be loaded into the thread. */
    delete env.NODE_OPTIONS;
    const worker = new Worker(code, {
      eval: true,
      workerData: { url, body, proxy, status } satisfies Work,
      execArgv: [],
      env,
      /* Nothing that the thread says is shown. */
      stdout: true,
      stderr: true,
    });
    worker.on('error', () => {});
    worker.unref();
    Atomics.wait(status, 0, 0, timeout);
    return status[0]! > 0 ? { status: status[0]! } : NO_ANSWER;
  } catch {
    return NO_ANSWER; /* Threads may be forbidden. */
  }
}
