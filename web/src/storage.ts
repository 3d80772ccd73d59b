/**
 * Opt-in storage, loaded only where the option asks for it. What a page could not deliver survives
 * it in a record of its own, and a later page delivers it, once: whoever holds the record's Web Lock
 * owns it. With `local` a record whose page was visible and is gone tells of a tab that died.
 *
 * A session that is on its way counts as delivered and is not in the record, so that a page that
 * ends before the answer cannot make it count twice.
 */
import type { Exports } from './core';
import type { Options, Session } from './options';

/** A core, and the ways in and out of its buffer. Plain names, as this file is built on its own. */
export interface PlainCore {
  calls: Exports;
  read(length: number): string;
  write(text: string): number;
}

/** Starts another core with options of its own; `changed` is called after what it does. */
export type StartCore = (
  options: Options,
  ready: (core: PlainCore) => void,
  changed: () => void,
) => void;

/** A session as the core takes it over. */
interface RestoredSession {
  sid: string;
  did: string;
  started: number;
  /** Value of `crashfree_session_status`. */
  status: number;
  errors: number;
  announced: boolean;
}

interface StoredRecord {
  version: 1;
  release: string;
  environment: string | undefined;
  /** Whether the page was visible when the record was written. */
  visible: boolean;
  sessions: string[];
}

/** By value of `crashfree_session_status`. */
const STATUSES = ['ok', 'exited', 'crashed', 'unhandled', 'abnormal'];
const OK = 0;
const EXITED = 1;
const ABNORMAL = 4;
/** Records that are looked at by one page, so that hostile storage costs little. */
const RECORDS_MAX = 50;

/** Values of `crashfree_status`. */
const CONSENT_PENDING = 5;
const CONSENT_DENIED = 6;
/** Values of `crashfree_consent`. */
const GRANTED = 0;
const DENIED = 2;

/** The sessions of a core of which something is waiting, and the running one, as JSON. */
const sessionsOf = ({ calls, read }: PlainCore) =>
  Array.from({ length: calls.saveable() }, (_, index) => read(calls.save(index))).filter(Boolean);

/** Storage that may be blocked or full: then it is empty and stays so. */
function openStorage(kind: string): Storage | undefined {
  try {
    const storage = kind === 'local' ? localStorage : sessionStorage;
    storage.getItem('');
    return storage;
  } catch {
    return undefined;
  }
}

/** What a session of an ended page has become; undefined if there is nothing to tell. */
function restored(json: string, died: boolean): RestoredSession | undefined {
  const { sid, did, started, status, errors, init } = JSON.parse(json) as Partial<Session>;
  const state = STATUSES.indexOf(`${status}`);
  const announced = init !== true;

  if (state < 0 || (state === OK && announced && !died)) return undefined;
  return {
    sid: `${sid}`,
    did: `${did ?? ''}`,
    started: Date.parse(`${started}`),
    status: state === OK ? (died ? ABNORMAL : EXITED) : state,
    errors: Number(errors) || 0,
    announced,
  };
}

/**
 * Starts storing for a page with the client `core`. Returns what is to be called after every change
 * of its sessions.
 */
export function keepSessions(
  options: Options,
  release: string,
  core: PlainCore,
  startCore: StartCore,
): () => void {
  const storage = openStorage(options.storage!);
  const locks = (navigator as { locks?: LockManager }).locks;
  /* Without locks nobody could tell a page that lives from one that ended. */
  if (!storage || !locks) return () => {};

  const prefix = `crashfree:${options.dsn}:`;
  const own = prefix + crypto.randomUUID();
  let letGo: (() => void) | undefined;
  let visible = document.visibilityState === 'visible';

  const write = (key: string, record: StoredRecord) => {
    try {
      if (record.sessions.length) storage.setItem(key, JSON.stringify(record));
      else storage.removeItem(key);
    } catch {
      /* Full or blocked: the sessions are kept in memory as without storage. */
    }
  };
  const keys = () => Object.keys(storage).filter((key) => key.startsWith(prefix));

  const save = () => {
    const status = core.calls.status();
    if (status === CONSENT_PENDING || status === CONSENT_DENIED) {
      for (const key of keys()) storage.removeItem(key);
      return;
    }
    write(own, {
      version: 1,
      release,
      environment: options.environment,
      visible,
      sessions: sessionsOf(core),
    });
  };

  /** Delivers the record of a page that is gone; the lock is held until nothing waits. */
  const deliver = (key: string) =>
    new Promise<void>((done) => {
      let record: Partial<StoredRecord> = {};
      let sessions: RestoredSession[] = [];
      try {
        record = JSON.parse(storage.getItem(key) ?? '{}') as Partial<StoredRecord>;
        const died = options.storage === 'local' && record.visible === true;
        if (record.version === 1) {
          sessions = record.sessions!.flatMap((json) => restored(json, died) ?? []);
        }
      } catch {
        /* Not ours, or of another version: nobody else can read it either. */
      }
      storage.removeItem(key);
      const name = record.release;
      if (!sessions.length || typeof name !== 'string') {
        done();
        return;
      }
      let courier: PlainCore | undefined;
      const changed = () => {
        if (!courier) return;
        const waiting = sessionsOf(courier);
        write(key, {
          version: 1,
          release: name,
          environment: record.environment,
          visible: false,
          sessions: waiting,
        });
        if (!waiting.length) done();
      };
      startCore(
        { ...options, release: name, environment: record.environment },
        (ready) => {
          courier = ready;
          for (const { sid, did, started, status, errors, announced } of sessions) {
            ready.calls.restore(ready.write(sid + did), started, status, errors, +announced);
          }
          ready.calls.flush();
          changed();
        },
        changed,
      );
    });

  /* A page that holds a lock cannot enter the back/forward cache. */
  const hold = () =>
    void locks.request(own, () => new Promise<void>((release) => (letGo = release)));

  addEventListener(
    'pagehide',
    () => {
      visible = false;
      save();
      letGo?.();
    },
    true,
  );
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    /* Another page may have taken over what this one had left. */
    if (!storage.getItem(own) && sessionsOf(core).length) {
      core.calls.set_consent(DENIED);
      core.calls.set_consent(GRANTED);
    }
    visible = true;
    hold();
    save();
  });
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

  hold();
  save();
  for (const key of keys().slice(0, RECORDS_MAX)) {
    if (key !== own) {
      void locks.request(key, { ifAvailable: true }, (lock) => (lock ? deliver(key) : undefined));
    }
  }
  return save;
}
