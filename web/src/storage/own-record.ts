/** The record in which this page keeps its own sessions, as long as the server lacks something of them. */
import { Answer, Counter, Status } from '../abi';
import type { Core } from '../core/core';
import type { Settings } from '../options/defaults';
import { randomName, type Locks } from './locks';
import { hasRoom, isDue, serialize, sessionsOf, type Texts } from './record';

export interface OwnRecord {
  /** The key of the record, if there is one. */
  readonly _key: string | undefined;
  /** Whether what is waiting is in the record. */
  readonly _isKept: boolean;
  /** Whether the record has to be left to the next visit if the page ends now. */
  readonly _isPostponed: boolean;
  /** Takes note of an answer. */
  _answered(status: number): void;
  /** Writes the record if it changed, and gives it up where there is nothing to keep. */
  _save(visible: boolean, status?: number): void;
  /** Gives up the record, which stays in the storage. */
  _leave(): void;
  /** Removes the record. */
  _forget(): void;
}

/** The key of a record of the page's own, while the page holds the lock of that name. */
interface OwnKey {
  readonly _key: string | undefined;
  /** Takes a new one, unless there is one or is one awaited. */
  _enter(): Promise<void>;
  _leave(): void;
}

/** `entered` is called when the page has one. */
function createOwnKey(prefix: string, locks: Locks, entered: () => void): OwnKey {
  let own: string | undefined;
  let awaited: string | undefined;
  return {
    get _key() {
      return own;
    },
    async _enter() {
      if (own || awaited) return;
      const key = prefix + randomName();
      awaited = key;
      if (!(await locks._take(key))) return;
      if (awaited !== key) return locks._letGo(key);
      awaited = undefined;
      own = key;
      entered();
    },
    _leave() {
      if (own) locks._letGo(own);
      own = awaited = undefined;
    },
  };
}

/** The requests of the page's core, as far as they say whether its sessions arrive. */
interface Requests {
  /** Takes note of an answer. */
  _answered(status: number): void;
  /** Whether nothing that is sent now would arrive, as it seems. */
  _areInVain(): boolean;
  /** Whether one was made since this was asked last. */
  _wereMade(): boolean;
}

function watchRequests(core: Core): Requests {
  let made = core._count(Counter.REQUESTS);
  /**
   * Whether the last request was in vain. What became of requests before this file was loaded is guessed, as an
   * update that is repeated does no harm.
   */
  let failed = made > 0 && sessionsOf(core).some(isDue);
  return {
    _answered(status) {
      const isOk = status >= 200 && status < 300;
      failed = !(isOk || status === 429 || status === Answer.OPAQUE);
    },
    _areInVain: () =>
      failed || core._status() === Status.RATE_LIMITED || window.navigator.onLine === false,
    _wereMade() {
      const before = made;
      made = core._count(Counter.REQUESTS);
      return made !== before;
    },
  };
}

export function createOwnRecord(
  settings: Settings,
  core: Core,
  records: Texts,
  locks: Locks,
  /** Called when the page has a record to write to. */
  entered: () => void,
): OwnRecord {
  const isLocal = settings.storage === 'local';
  const requests = watchRequests(core);
  const own = createOwnKey(records._prefix, locks, entered);
  /** The text of the record, and the same without the time at which it was written. */
  let written = '';
  let content = '';
  /** Whether the record was ever written: a duplicated tab may have a copy of it then. */
  let used = false;
  let isKept = false;
  let isPostponed = false;

  const leave = () => {
    own._leave();
    used = false;
    written = content = '';
  };

  return {
    get _key() {
      return own._key;
    },
    get _isKept() {
      return isKept;
    },
    get _isPostponed() {
      return isPostponed;
    },
    _answered: requests._answered,
    _save(visible, status) {
      const stuck = requests._areInVain();
      const sessions = sessionsOf(core);
      /* What was not tried yet is sent as the page ends; only a tab that dies could lose it. */
      const kept = sessions.filter((one) => (isDue(one) ? isLocal || stuck : isLocal && visible));
      const wanted = kept.length ? [visible, ...kept].join('\n') : '';
      /* A page has its lock ready while a request is on its way, as that may be in vain. */
      const leaves = requests._wereMade();
      if (wanted || (leaves && visible)) void own._enter();
      const { _key } = own;
      if (_key && wanted !== content && (content || hasRoom(records))) {
        written = serialize(settings, visible, kept);
        records._put(_key, written);
        content = wanted;
        used = true;
      }
      /* A page that holds a lock is not frozen, and cannot enter the back/forward cache. */
      if (!wanted && (isLocal || !used) && (status !== undefined || !visible)) leave();
      isKept = !!own._key && sessions.some(isDue) && records._get(own._key) === written;
      isPostponed = stuck && isKept;
    },
    _leave: leave,
    _forget() {
      if (own._key) records._remove(own._key);
      leave();
      isKept = isPostponed = false;
    },
  };
}
