/** The ES module: nothing happens before `init`. */
export * from './api';
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
