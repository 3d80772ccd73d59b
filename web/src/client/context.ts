import { SessionStatus, statusWords } from '../abi';
import type { Core } from '../core/core';
import type { Transport } from '../delivery/http';
import type { User } from '../types/options';
import type { Errors } from '../signals/errors';
import type { Listeners } from '../signals/listeners';
import type { Judge } from '../signals/judge';
import type { Counts } from '../types/client';
import type { Extensions } from './integrations';
import type { LazyCore } from './lazy-core';
import type { Queue } from '../signals/queue';
import type { Setup } from './read-options';
import type { Status } from '../types/status';
import type { PageLocation, Whereabouts } from './whereabouts';

/** What is known of a client from the start, before anything of it is needed. */
export interface Beginning extends Setup, PageLocation {
  /** The id of who uses the page, as the last script was told that knew. */
  _user: string;
  readonly _listeners: Listeners;
  /** Functions that give back, when the client ends, what else it has replaced on the page. */
  readonly _undo: (() => void)[];
  /** Whether the page is a frame of one of the same origin. */
  readonly _framed: boolean;
  /** When the first session began: once the page was shown, and not when it was prerendered. */
  _began?: number;
  /** Leaves the visit to the client of the page around a frame, if that has one by now. */
  _join(): boolean;
  /** Ends the client for what is wrong, and says so where the options ask for it. */
  _fail(reason: Status): void;
  /** Ends the client, for a reason that its status gives from then on. */
  _stop(reason: Status): void;
}

/** What the parts of one client share. */
export interface Context extends Beginning {
  readonly _ignored: Counts['ignored'];
  readonly _queue: Queue;
  readonly _extensions: Extensions;
  readonly _transport: Transport;
  readonly _core: LazyCore;
  readonly _whereabouts: Whereabouts;
  readonly _errors: Errors;
  readonly _judge: Judge;
  /** Until this moment the page is taken to be left for another one, which cuts its requests. */
  _leavingUntil: number;
  /** Compares the location with the one before; nothing unless navigations count. */
  _look(at?: number): void;
  /** Stores what waits, where an option asks for it; tells whether it is left to the next visit. */
  _save(status?: number): boolean | undefined;
}

/** Tells the core something at once. */
export function tell({ _core }: Context, call: (core: Core) => unknown): void {
  _core._run(call);
  _core._need();
}

export const flush = (context: Context): void => tell(context, (core) => core._flush());

/** For what may end a session: what happened before belongs to it. */
export function settle(context: Context): Context {
  context._errors._takeCurrent();
  context._look();
  context._queue._settle();
  return context;
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
export function statusOf({ _failure, _core }: Context): Status {
  const core = _core._need();
  return _failure ?? (core ? statusWords[core._status()]! : 'starting');
}
