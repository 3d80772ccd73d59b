/** The record in which this page keeps its own sessions, as long as the server lacks something of them. */
import { Counter, Status } from '../abi';
import type { Core } from '../core/core';
import type { Settings } from '../options/defaults';
import type { Locks } from './locks';
import { isDue, RECORDS_MAX, serialize, sessionsOf, type Records } from './record';

export interface OwnRecord {
  /** Whether what is waiting is in the record. */
  readonly isKept: boolean;
  /** Whether the record has to be left to the next visit if the page ends now. */
  readonly isPostponed: boolean;
  /** Takes note of an answer. */
  answered(status: number): void;
  /** Writes the record if it changed, and gives it up where there is nothing to keep. */
  save(visible: boolean, status?: number): void;
  /** Gives up the record, which stays in the storage. */
  leave(): void;
  /** Removes the record. */
  forget(): void;
}

export function createOwnRecord(
  settings: Settings,
  core: Core,
  records: Records,
  locks: Locks,
  /** Called when the page has a record to write to. */
  entered: () => void,
): OwnRecord {
  const isLocal = settings.storage === 'local';
  let requests = core._count(Counter.REQUESTS);
  /** Whether the last request was in vain. What became of those before this was loaded is a guess:
   * an update that is repeated does no harm. */
  let failed = requests > 0 && sessionsOf(core).some(isDue);
  /** The key of the record while the page holds its lock. */
  let own: string | undefined;
  /** The key for which the page is waiting. */
  let wanted: string | undefined;
  /** What is in the record. */
  let written = '';
  /** Whether there was something under that key: a duplicated tab may have a copy. */
  let used = false;
  let isKept = false;
  let isPostponed = false;

  const enter = async () => {
    if (own || wanted) return;
    const key = records.prefix + crypto.getRandomValues(new Uint32Array(4)).join('-');
    wanted = key;
    if (!(await locks.take(key))) return;
    if (wanted !== key) return locks.letGo(key);
    wanted = undefined;
    own = key;
    entered();
  };

  const leave = () => {
    if (own) locks.letGo(own);
    own = wanted = undefined;
    used = false;
    written = '';
  };

  return {
    get isKept() {
      return isKept;
    },
    get isPostponed() {
      return isPostponed;
    },
    answered(status) {
      failed = !((status >= 200 && status < 300) || status === 429);
    },
    save(visible, status) {
      const stuck = failed || core._status() === Status.RATE_LIMITED || navigator.onLine === false;
      const sessions = sessionsOf(core);
      const text = serialize(
        settings,
        visible,
        /* What was not tried yet is sent as the page ends; only a tab that dies could lose it. */
        sessions.filter(
          (session) => (isLocal && visible) || (isDue(session) && (isLocal || stuck)),
        ),
      );
      /* Also while a request is on its way, as it may be in vain. */
      const leaves = core._count(Counter.REQUESTS) !== requests;
      requests = core._count(Counter.REQUESTS);
      if (text || (leaves && visible)) void enter();
      if (own && text !== written) {
        if (written || records.keys().length < RECORDS_MAX) records.put(own, text);
        used = true;
        written = text;
      }
      /* A page that holds a lock is not frozen, and cannot enter the back/forward cache. */
      if (!text && (isLocal || !used) && (status !== undefined || !visible)) leave();
      isKept = own !== undefined && sessions.some(isDue) && records.get(own) === text;
      isPostponed = stuck && isKept;
    },
    leave,
    forget() {
      if (own) records.remove(own);
      leave();
      isKept = isPostponed = false;
    },
  };
}
