/**
 * Opt-in storage, loaded only where the option asks for it. What a page could not deliver survives
 * it in a record of its own, and a later page delivers it, once: a page holds the Web Lock of a
 * record while it may change it, so a free lock says that the page is gone. With `local` a record
 * that still says "visible" then tells of a tab that died.
 *
 * A session that is on its way counts as delivered and is not in the record, so that a page that
 * ends before the answer cannot make it count twice. What was sent in vain, or cannot be sent, is
 * left to the next visit when the page ends: the answer to a last try could not be seen.
 */
import type { Core } from './core';
import type { Session, Settings } from './options';

/** Starts another core with settings of its own; `changed` is called after what it does. */
export type StartCore = (
  settings: Settings,
  ready: (core: Core) => void,
  changed: (status?: number) => void,
) => unknown;

/**
 * To be called after every change of sessions, with the status of a response if there was one.
 * Returns whether the page, if it ends, has to leave what is waiting to the next visit.
 */
export type Save = (status?: number) => boolean;

type StoredSession = Pick<Session, 'sid' | 'did' | 'started' | 'status' | 'errors' | 'init'> & {
  /** Whether the server lacks something of it. */
  due: boolean;
};

interface StoredRecord {
  version: number;
  release: string;
  environment?: string | undefined;
  /** Whether the page was visible when the record was written. */
  visible: boolean;
  sessions: StoredSession[];
}

/** Delivers the records of one release and environment. */
interface Courier {
  core?: Core;
  /** What is to be done when the core is up. */
  queue: ((core: Core) => void)[];
  /** By key: whose sessions they are, and what is stored of them. */
  records: Map<string, { sids: Set<string>; text: string }>;
  count: number;
  leaving?: boolean;
}

/** 32 hexadecimal digits; the server refuses another sid. */
const SID = /^[\da-f]{32}$/;
/** In the year 5138. */
const START_MAX = 1e14;
const VERSION = 1;
/** By value of `crashfree_session_status`. */
const STATUSES = ['ok', 'exited', 'crashed', 'unhandled', 'abnormal'];
const EXITED = 1;
const ABNORMAL = 4;
/** Records that are kept, and looked at by one page, so that storage cannot grow or cost much. */
const RECORDS_MAX = 50;
/** `CRASHFREE_SESSIONS_MAX`. */
const SESSIONS_MAX = 64;
/** How long the lock of a page that has just ended may take to become free, on a busy machine, too. */
const ENDING_MS = 5000;
/** How long the lock of a record that is done with is kept from others, who may see it still. */
const DONE_MS = 1000;
/** How long a change of the storage may take to reach other processes; locks are faster. */
const SPREAD_MS = 300;

/** Values of `crashfree_status`. */
const NO_RELEASE = 3;
const INVALID_RELEASE = 4;
const CONSENT_PENDING = 5;
const CONSENT_DENIED = 6;
const RATE_LIMITED = 7;
const CLOSED = 10;
/** Value of `crashfree_counter`. */
const REQUESTS = 2;
/** Values of `crashfree_consent`. */
const GRANTED = 0;
const DENIED = 2;

/** The sessions of a core of which something is waiting, and the running one. */
const sessionsOf = (core: Core) =>
  Array.from({ length: SESSIONS_MAX }, (_, index) => core._read(core._save(index)))
    .filter(Boolean)
    .map((json) => JSON.parse(json) as Session);

const stored = (session: Session, due: boolean): StoredSession => {
  const { sid, did, started, status, errors, init } = session;
  return { sid, did, started, status, errors, init, due };
};

/** Storage that may be blocked. */
function openStorage(kind: string): Storage | undefined {
  try {
    const storage = kind === 'local' ? localStorage : sessionStorage;
    storage.getItem('');
    return storage;
  } catch {
    return undefined;
  }
}

/** What a record may be, as another page or somebody else left it. */
function parse(text: string): Partial<StoredRecord> {
  try {
    return (JSON.parse(text) as Partial<StoredRecord> | null) ?? {};
  } catch {
    return {};
  }
}

/** Gives a session of an ended page to a core; returns its sid if there is something to tell. */
function restore(
  core: Core,
  session: unknown,
  died: boolean,
  seen: Set<string>,
): string | undefined {
  const { sid, did, started, status, errors, init, due } = (session ?? {}) as StoredSession;
  const state = STATUSES.indexOf(status);

  const start = Date.parse(started);

  if (state < 0 || !SID.test(sid) || seen.has(sid) || !(due || died)) return undefined;
  /* The core corrects a start in the future, but has no room for years of more than four digits. */
  if (start > START_MAX) return undefined;
  seen.add(sid);
  const taken = core._restore(
    core._write(sid + (typeof did === 'string' ? did : '')),
    start,
    state || (died ? ABNORMAL : EXITED),
    errors,
    init !== true,
  );
  return taken ? sid : undefined;
}

/** Starts storing for a page with the client `core`. */
export function keepSessions(settings: Settings, core: Core, startCore: StartCore): Save {
  const storage = openStorage(settings.storage);
  const { locks } = navigator as { locks?: LockManager };
  /* Without locks nobody could tell a page that lives from one that ended. */
  if (!storage || !locks) return () => false;

  const isLocal = settings.storage === 'local';
  const prefix = `crashfree:${settings.dsn}:`;
  const couriers = new Map<string, Courier>();
  /** Sessions that this page has taken over, in case that they are in two records. */
  const seen = new Set<string>();
  /** Ways to let go of the locks that this page holds, by key of the record. */
  const held = new Map<string, () => void>();
  /** The record of this page while it holds the lock, and what is in it. */
  let own: string | undefined;
  let entering = false;
  let written = '';
  /** Whether there was something under that key: a duplicated tab may have a copy. */
  let used = false;
  let allowed = false;
  let requests = core._count(REQUESTS);
  /** Whether the last request was in vain. What became of those before this was loaded is a guess:
   * an update that is repeated does no harm. */
  let failed =
    requests > 0 &&
    sessionsOf(core).some(({ init, status, errors }) => init || status !== 'ok' || errors > 0);
  /** Whether something is waiting, and is in the record. */
  let kept = false;
  let postponed = false;
  /** The page has ended, or is in the back/forward cache. */
  let away = false;
  /** The core has forgotten what it left to the next visit. */
  let parted = false;
  let visible = document.visibilityState === 'visible';

  const get = (key: string) => {
    try {
      return storage.getItem(key);
    } catch {
      return null;
    }
  };
  const remove = (key: string) => {
    try {
      storage.removeItem(key);
    } catch {
      /* Blocked meanwhile. */
    }
  };
  /** Stores a text, or removes what is there if it is empty. */
  const put = (key: string, text: string) => {
    if (!text) return remove(key);
    try {
      storage.setItem(key, text);
    } catch {
      /* Full: the sessions are kept in memory as without storage, and nothing outdated stays. */
      remove(key);
    }
  };
  const keys = () => {
    try {
      return Object.keys(storage).filter((key) => key.startsWith(prefix));
    } catch {
      return [];
    }
  };
  const serialize = (
    of: Pick<StoredRecord, 'release' | 'environment' | 'visible'>,
    sessions: StoredSession[],
  ) => (sessions.length ? JSON.stringify({ version: VERSION, ...of, sessions }) : '');

  const letGo = (key: string) => {
    held.get(key)?.();
    held.delete(key);
  };
  /**
   * Locks a record until `letGo`, waiting for a page that is ending. False if another page has it,
   * undefined if there are no locks here.
   */
  const lock = (key: string) =>
    new Promise<boolean | undefined>((resolve) => {
      const patience = new AbortController();
      setTimeout(() => patience.abort(), ENDING_MS);
      const mine = () => {
        if (away) return resolve(undefined);
        resolve(true);
        return new Promise<void>((free) => held.set(key, free));
      };
      Promise.resolve()
        .then(() => locks.request(key, { signal: patience.signal }, mine))
        .catch(() => resolve(patience.signal.aborted ? false : undefined));
    });

  /** Brings the records of a courier up to date; those that were answered are done with. */
  const update = ({ core: ready, records }: Courier, of: StoredRecord, status?: number) => {
    if (!ready || away) return;
    const left = sessionsOf(ready);
    for (const [key, record] of records) {
      const sessions = left
        .filter(({ sid }) => record.sids.has(sid))
        .map((one) => stored(one, true));
      const text = serialize({ ...of, visible: false }, sessions);
      if (text !== record.text) put(key, text);
      record.text = text;
      if (!text && status !== undefined) {
        records.delete(key);
        setTimeout(letGo, DONE_MS, key);
      }
    }
  };

  /** The courier for records like `of`. */
  const courierFor = (of: StoredRecord): Courier => {
    const { release: name, environment } = of;
    const id = JSON.stringify([name, environment]);
    const known = couriers.get(id);
    if (known) return known;
    const courier: Courier = { queue: [], records: new Map(), count: 0 };
    couriers.set(id, courier);
    const start = async () =>
      startCore(
        { ...settings, release: name, environment: environment ?? '', consent: 'granted' },
        (ready) => {
          if (couriers.get(id) !== courier) return;
          courier.core = ready;
          for (const take of courier.queue) take(ready);
        },
        (status) => update(courier, of, status),
      );
    start().catch(() => {});
    return courier;
  };

  /** Takes over the record of a page that is gone. It stays until its sessions leave. */
  const adopt = (key: string) => {
    const text = get(key);
    if (text === null) return letGo(key);
    const record = parse(text);
    /* That of a newer version is left to it. */
    if (record.version! > VERSION) return letGo(key);

    remove(key);
    /* Where nothing can be removed each visit would deliver it again. */
    if (get(key) !== null) return letGo(key);
    if (
      record.version !== VERSION ||
      typeof record.release !== 'string' ||
      !Array.isArray(record.sessions)
    ) {
      return letGo(key);
    }
    put(key, text);

    const valid = record as StoredRecord;
    const { sessions } = valid;
    const courier = courierFor(valid);
    const take = (ready: Core) => {
      /* What does not fit is left to a later visit. */
      if (courier.count && courier.count + sessions.length > SESSIONS_MAX) return letGo(key);
      const sids = new Set<string>();
      for (const session of sessions.slice(0, SESSIONS_MAX)) {
        const sid = restore(ready, session, isLocal && valid.visible === true, seen);
        if (sid) sids.add(sid);
      }
      courier.count += sids.size;
      /* Under a name that is not valid nothing can be sent. */
      if (ready._status() === INVALID_RELEASE || ready._status() === NO_RELEASE) sids.clear();
      courier.records.set(key, { sids, text });
      if (courier.leaving) return;
      courier.leaving = true;
      /* With those that are found at the same time. */
      setTimeout(() => {
        courier.leaving = false;
        ready._flush();
        update(courier, valid);
      }, SPREAD_MS);
    };
    if (courier.core) take(courier.core);
    else courier.queue.push(take);
  };

  const collect = () => {
    for (const key of keys().slice(0, RECORDS_MAX)) {
      if (held.has(key)) continue;
      void lock(key).then((mine) => {
        if (mine) {
          setTimeout(() => {
            if (!away && held.has(key)) adopt(key);
          }, SPREAD_MS);
        } else if (mine === false && !isLocal && !away) {
          /* A page elsewhere has it, so this is the copy that a duplicated tab got. */
          remove(key);
        }
      });
    }
  };

  const dismissCouriers = () => {
    for (const courier of couriers.values()) courier.core?._set_consent(DENIED);
    couriers.clear();
    for (const key of [...held.keys()]) if (key !== own) letGo(key);
  };

  const save: Save = (status) => {
    if (away) return postponed;
    if (status !== undefined) failed = !((status >= 200 && status < 300) || status === 429);
    const state = core._status();
    const before = allowed;
    if (state !== CLOSED) allowed = state !== CONSENT_PENDING && state !== CONSENT_DENIED;

    if (!allowed) {
      dismissCouriers();
      if (state === CONSENT_DENIED) keys().forEach(remove);
      else if (own) remove(own);
      leave();
      return (kept = postponed = false);
    }
    if (!before) collect();

    const stuck = failed || state === RATE_LIMITED || navigator.onLine === false;
    const sessions = sessionsOf(core).map((one) =>
      stored(one, one.init === true || one.status !== 'ok' || (stuck && one.errors > 0)),
    );
    const text = serialize(
      { release: settings.release, environment: settings.environment, visible },
      /* What was not tried yet is sent as the page ends; only a tab that dies could lose it. */
      sessions.filter(({ due }) => (isLocal ? due || visible : due && stuck)),
    );
    /* Also while a request is on its way, as it may be in vain. */
    const leaves = core._count(REQUESTS) !== requests;
    requests = core._count(REQUESTS);
    if (text || (leaves && visible)) void enter();
    if (own && text !== written) {
      if (written || keys().length < RECORDS_MAX) put(own, text);
      used = true;
      written = text;
    }
    /* A page that holds a lock is not frozen, and cannot enter the back/forward cache. */
    if (!text && (isLocal || !used) && (status !== undefined || !visible)) leave();
    kept = own !== undefined && sessions.some(({ due }) => due) && get(own) === text;
    postponed = stuck && kept;
    return postponed;
  };

  /** Gets a record for this page. */
  const enter = async () => {
    if (own || entering) return;
    entering = true;
    const key = prefix + crypto.getRandomValues(new Uint32Array(4)).join('-');
    if (await lock(key)) {
      entering = false;
      own = key;
      save();
    }
  };
  const leave = () => {
    if (own) letGo(own);
    own = undefined;
    used = false;
    written = '';
  };

  addEventListener(
    'pagehide',
    () => {
      visible = false;
      save();
      away = true;
      dismissCouriers();
      if (kept) {
        /* Whoever finds the record delivers it; if the page comes back, it may be this one. */
        core._set_consent(DENIED);
        parted = true;
      }
      leave();
      entering = false;
    },
    true,
  );
  addEventListener(
    'pageshow',
    ({ persisted }) => {
      if (!persisted) return;
      away = false;
      visible = true;
      if (parted) core._set_consent(GRANTED);
      parted = false;
      allowed = false;
      save();
    },
    true,
  );
  addEventListener('online', () => couriers.forEach(({ core: courier }) => courier?._flush()));
  for (const type of ['visibilitychange', 'freeze', 'resume']) {
    document.addEventListener(
      type,
      () => {
        visible = type !== 'freeze' && document.visibilityState === 'visible';
        save();
      },
      true,
    );
  }

  /* A window that was just opened has a copy of what its opener has. */
  if (!isLocal && opener && history.length === 1) keys().forEach(remove);
  save();
  return save;
}
