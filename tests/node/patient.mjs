import timers from 'node:timers';

/**
 * Loaded before a program: its limits of time for a server's answer are thirty times as long. On a busy
 * machine a process, the thread of its last word and the server all wait for their turn, and what a test is
 * about is what they say. That the limits hold is a test of its own, without this.
 */
const TIMES = 30;

const { wait } = Atomics;
Atomics.wait = (array, index, value, timeout) => wait(array, index, value, timeout * TIMES);

const { timeout } = AbortSignal;
AbortSignal.timeout = (ms) => timeout.call(AbortSignal, ms * TIMES);

/* That of `flush` and `close`, and of nothing else: programs have the global one. */
const { setTimeout } = timers;
timers.setTimeout = (act, ms, ...rest) => setTimeout(act, ms * TIMES, ...rest);
