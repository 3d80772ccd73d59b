/** The one session of a process that answers no requests. */
import { ErrorKind } from '../../src/abi';
import type { Core } from '../core';
import { runOutside } from '../incoming/context';
import { later } from '../later';
import type { Sender } from '../sender';
import { ANSWER_MS, LAST_WORD_MS, wayWithin } from '../sender/way';

/** What happens to a session is the core's to say: it is announced, and tried again, as a page's is. */
export class ProcessSession {
  private timer: NodeJS.Timeout | undefined;
  /** The session has ended, or was given up. */
  private done = false;
  /** The process ends when the running function returns. */
  private ending = false;
  /** There was an error that nobody caught: the process dies of it, or a handler lets it go on. */
  private inDoubt = false;
  /** How long an answer may take: less once the process waits for it. */
  private timeout = ANSWER_MS;

  constructor(
    private readonly core: Core,
    private readonly sender: Sender,
  ) {
    core.host = {
      wake: (delay) => {
        clearTimeout(this.timer);
        this.timer = later(delay, () => this.core.processWake());
      },
      fetch: (request, body) => this.post(request, body),
    };
    core.processStart();
  }

  error(handled: boolean): void {
    if (!this.done) this.core.processError(handled ? ErrorKind.HANDLED : ErrorKind.UNHANDLED);
  }

  /** An error that nobody caught. */
  uncaught(): void {
    this.inDoubt = true;
  }

  /** A server takes requests: their sessions tell of this process from now on. */
  giveUp(): void {
    this.done = true;
    clearTimeout(this.timer);
  }

  /** The process has nothing more to do. */
  beforeEnd(): void {
    this.end(0);
  }

  /** The process ends when this returns; it takes no longer than `timeout` ms. */
  lastWord(code: number, timeout: number): void {
    this.ending = true;
    this.end(code, timeout);
  }

  /** An error that nobody caught is a crash if the process ends as failed. */
  private end(code: number, timeout = LAST_WORD_MS): void {
    if (this.done) return;
    if (this.inDoubt) this.error(code === 0);
    this.timeout = timeout;
    this.core.processEnd();
    this.giveUp();
  }

  private post(request: number, body: string): void {
    const { url } = this.core;
    if (this.ending) {
      const [answer] = this.sender.postNow(url, [body], this.timeout);
      this.core.processRespond(request, answer!);
      return;
    }
    runOutside(() => this.sender.post(url, body, wayWithin(this.timeout)))
      .then((answer) => this.core.processRespond(request, answer))
      .catch(() => {});
  }
}
