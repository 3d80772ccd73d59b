import { SessionStatus, statusWords } from '../abi';
import type { Core } from '../core/core';
import type { Transport } from '../delivery/http';
import type { Settings } from '../options/defaults';
import type { Lifecycle, User } from '../options/types';
import type { ErrorWatch } from '../signals/errors';
import type { Listeners } from '../signals/listen';
import type { Judge } from '../signals/noise';
import type { Counts } from './counts';
import type { LazyCore } from './lazy-core';
import type { Queue } from '../signals/queue';
import type { Status } from './status';
import type { Whereabouts } from './whereabouts';

/** What the parts of one client share. */
export interface Context {
  readonly _settings: Settings;
  readonly _lifecycle: Lifecycle;
  readonly _ignored: Counts['ignored'];
  readonly _listeners: Listeners;
  readonly _queue: Queue;
  readonly _transport: Transport;
  readonly _core: LazyCore;
  readonly _whereabouts: Whereabouts;
  readonly _errors: ErrorWatch;
  readonly _judge: Judge;
  /** Whether the page is a frame of one of the same origin. */
  readonly _framed: boolean;
  /** Why nothing is sent, if it is known without the core. */
  _failure: Status | undefined;
  /** When the first session began: once the page was shown, and not when it was prerendered. */
  _began: number | undefined;
  /** The page is being left until then, and its requests are cut. */
  _leavingUntil: number;
  /** Compares the location with the one before; nothing unless navigations count. */
  _look(at?: number): void;
  /** Stores what waits, where an option asks for it; tells whether it is left to the next visit. */
  _save(status?: number): boolean | undefined;
  /** Ends the client, for a reason that its status gives from then on. */
  _stop(reason: Status): void;
}

/** Tells the core something at once. */
export function tell({ _core, _began }: Context, call: (core: Core) => unknown): void {
  _core._run(call);
  if (_began !== undefined) _core._need();
}

export const flush = (context: Context): void => tell(context, (core) => core._flush());

/** For what may end a session: what happened before belongs to it. */
export function settle({ _errors, _queue, _look }: Context): void {
  _errors._takeCurrent();
  _look();
  _queue._settle();
}

/**
 * Who uses the page: nobody, if there is no id or what there is is none. To be read at once, as a page
 * may change what it handed over, or take it back.
 */
export function idOf(user: User | null | undefined): string {
  const id = user?.id;
  return typeof id === 'string' || (typeof id === 'number' && isFinite(id)) ? `${id}` : '';
}

/** Says who uses the page, by an id. */
export function setUser(core: Core, id: string, at: number): void {
  core._set_user(core._write(id), at);
}

/** Ends the running session and starts the next one, with another user if one is named. */
export function restart(core: Core, id: string | undefined, at: number): void {
  core._end(SessionStatus.EXITED, at);
  if (id !== undefined) setUser(core, id, at);
  core._start(true, at);
}

/** The status of a client; whoever asks wants to know, so the core starts if it can. */
export function statusOf({ _failure, _began, _core }: Context): Status {
  const core = _began !== undefined && !_failure ? _core._need() : undefined;
  return _failure ?? (core ? statusWords[core._status()]! : 'starting');
}
