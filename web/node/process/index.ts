/** What becomes of the process: errors that nobody catches, and its end. */
import { sessionOfError } from '../incoming/context';
import type { Failure } from '../incoming/begin';
import type { RequestSession } from '../incoming/session';
import { attempt } from '../../src/platform/attempt';
import { watchRejections } from './rejections';

/** What a client wants to know. */
export interface Watcher {
  uncaught: boolean;
  rejections: boolean;
  /** An error that nobody caught, in the context of a request or of none. */
  crashed(error: unknown, session: RequestSession | undefined, origin: Failure['origin']): void;
  /** The process has nothing more to do; what is begun now keeps it. */
  beforeEnd(): void;
  /** The process ends when this returns. */
  end(code: number): void;
}

const watchers: Watcher[] = [];

const tell = (error: unknown, isRejection: boolean) =>
  void attempt(() => {
    const session = sessionOfError(error);
    for (const watcher of watchers) {
      if (isRejection ? watcher.rejections : watcher.uncaught) {
        watcher.crashed(error, session, isRejection ? 'rejection' : 'exception');
      }
    }
  });

/** Called before anything is done about an error, whether or not somebody else handles it then. */
const onUncaught = (error: unknown, origin: string) => tell(error, origin === 'unhandledRejection');
/** Called where rejections do not become uncaught exceptions. */
const onRejection = (reason: unknown) => tell(reason, true);

const onBeforeExit = () => void attempt(() => watchers.forEach((watcher) => watcher.beforeEnd()));
const onExit = (code: number) =>
  void attempt(() => watchers.forEach((watcher) => watcher.end(code)));

let stop: (() => void) | undefined;

/** Watches the process for a client; returns a function that ends it. */
export function watchProcess(watcher: Watcher): () => void {
  if (watchers.push(watcher) === 1) {
    process.on('uncaughtExceptionMonitor', onUncaught);
    process.on('beforeExit', onBeforeExit);
    process.on('exit', onExit);
    const unwatchRejections = watchRejections(onRejection);
    stop = () => {
      process.off('uncaughtExceptionMonitor', onUncaught);
      process.off('beforeExit', onBeforeExit);
      process.off('exit', onExit);
      unwatchRejections();
    };
  }
  return () => {
    const index = watchers.indexOf(watcher);
    if (index < 0) return;
    watchers.splice(index, 1);
    if (watchers.length === 0) stop?.();
  };
}
