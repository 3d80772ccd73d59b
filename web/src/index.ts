/** The ES module: nothing happens before `init`. */
import { captureException as capture } from './api';
import type { CaptureHint } from './client/types';

export * from './api';

/** See {@link Client.captureException}, of the client that {@link getClient} gives. */
export const { captureException } = {
  /* A method keeps its name in a bundle, by which `crashfree/events` finds where the app called it. */
  captureException(error: unknown, hint?: CaptureHint): void {
    capture(error, hint);
  },
};
export type { CaptureHint, Client } from './client/types';
export type { Counts } from './client/counts';
export type { Status } from './client/status';
export type {
  Consent,
  ErrorContext,
  Integration,
  Lifecycle,
  NoiseRules,
  Options,
  Session,
  User,
} from './options/types';
