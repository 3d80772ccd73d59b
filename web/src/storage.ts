/**
 * Opt-in storage, loaded only where the option asks for it. What a page could not deliver survives
 * it in a record of its own, and a later page delivers it, once: whoever holds the record's Web Lock
 * owns it. With `local` a record whose page was visible and is gone tells of a tab that died.
 *
 * A session that is on its way counts as delivered and is not in the record, so that a page that
 * ends before the answer cannot make it count twice.
 */
import type { Options, Session } from './options';

/** What the client gives to its storage. The names are plain, as this file is built on its own. */
export interface StoredPage {
  options: Options;
  /** The name of the release, wherever it came from. */
  release: string;
  /** Whether consent allows storing. */
  mayStore(): boolean;
  /** The sessions of which something is waiting, and the running one, as JSON. */
  sessions(): string[];
  /** Forgets all sessions and starts anew. */
  restart(): void;
  /** Delivers sessions of another page; `changed` is called with what still waits. */
  deliver(
    options: Options,
    sessions: RestoredSession[],
    changed: (waiting: string[]) => void,
  ): void;
}

/** A session as the core takes it over. */
export interface RestoredSession {
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

/** Starts storing for a page. Returns what is to be called after every change of its sessions. */
export function keepSessions(page: StoredPage): () => void {
  const { options, release } = page;
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
    if (!page.mayStore()) {
      for (const key of keys()) storage.removeItem(key);
      return;
    }
    write(own, {
      version: 1,
      release,
      environment: options.environment,
      visible,
      sessions: page.sessions(),
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
      page.deliver(
        { ...options, release: name, environment: record.environment },
        sessions,
        (waiting) => {
          write(key, {
            version: 1,
            release: name,
            environment: record.environment,
            visible: false,
            sessions: waiting,
          });
          if (!waiting.length) done();
        },
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
    if (!storage.getItem(own) && page.sessions().length) page.restart();
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
