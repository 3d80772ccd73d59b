/** The ES module: nothing happens before `init`. */
import { captureException as capture } from './api';
import type { CaptureHint } from './types/client';

export * from './api';

/** See {@link Client.captureException}, of the client that {@link getClient} gives. */
export const { captureException } = {
  /* A method keeps its name in a bundle, by which `crashfree/events` finds where the app called it. */
  captureException(error: unknown, hint?: CaptureHint): void {
    capture(error, hint);
  },
};
export type { CaptureHint, Client, Counts } from './types/client';
export type { Status } from './types/status';
export type {
  Consent,
  ErrorContext,
  Integration,
  Lifecycle,
  NoiseRules,
  Options,
  Session,
  User,
} from './types/options';
