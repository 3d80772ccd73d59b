/** The ES module: nothing happens before `init`. */
export * from './api';
export type { CaptureHint, Client, Counts } from './client';
export type {
  Consent,
  ErrorContext,
  Integration,
  Lifecycle,
  NoiseRules,
  Options,
  Session,
  User,
} from './options';
export type { Status } from './status';
