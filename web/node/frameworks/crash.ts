/** Which errors of a framework are crashes. */
import { attempt } from '../../src/platform/attempt';
import { carrier } from '../carrier';

/** What `setup…ErrorHandler` may be told. */
export interface ErrorHandlerOptions {
  /** Which errors are crashes. Default: those without a status, or with one from 500 on. */
  shouldHandleError?: ((error: any) => boolean) | undefined;
}

interface WithStatus {
  status?: unknown;
  statusCode?: unknown;
  status_code?: unknown;
  output?: { statusCode?: unknown };
  getStatus?(): unknown;
}

/** The status of the answer that an error asks for. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const one = error as WithStatus;
  const status =
    typeof one.getStatus === 'function'
      ? one.getStatus()
      : (one.status ?? one.statusCode ?? one.status_code ?? one.output?.statusCode);
  const number = Number(status ?? Number.NaN);
  return Number.isNaN(number) ? undefined : number;
}

/** An error that asks for an answer below 500, such as 404, is the framework's way to say so. */
function isCrash(error: unknown): boolean {
  const status = statusOf(error);
  return status === undefined || status >= 500;
}

/** Counts an error that reached the last handler of a framework, unless it is none. It never throws. */
export function report(error: unknown, request: unknown, options?: ErrorHandlerOptions): void {
  attempt(() => {
    const should = options?.shouldHandleError;
    if (typeof should === 'function' ? should(error) : isCrash(error)) {
      carrier().crashed(error, request);
    }
  });
}

/** Sets up what not every version of a framework can do; where one cannot, the app runs as without it. */
export function trySetUp(name: string, setUp: () => void): void {
  try {
    setUp();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    carrier().warn(`${name} does not know this app, its errors are not counted: ${reason}`);
  }
}
