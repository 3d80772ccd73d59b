/**
 * Records: what pages leave in the storage for later ones. Each page has one, under a key of its own
 * that begins with the project's address.
 */
import { RECORD_DUE, SESSIONS_MAX, SID_LENGTH } from '../abi';
import type { Core } from '../core/core';

/** Records that are kept, and looked at by one page, so that storage cannot grow or cost much. */
export const RECORDS_MAX = 50;
/** The version of the format. A record of a later version is left to pages that know it. */
const VERSION = 2;

/** Whose sessions those of a record are. */
export interface Owner {
  release: string;
  environment?: string | undefined;
}

export interface StoredRecord extends Owner {
  version: number;
  /** Whether the page was visible when the record was written. */
  visible: boolean;
  /** What the core wrote of each session, for another core to read. */
  sessions: string[];
}

/** What a core writes of the sessions of which something is waiting, and of the running one. */
export const sessionsOf = (core: Core): string[] =>
  Array.from({ length: SESSIONS_MAX }, (_, index) => core._read(core._save(index))).filter(Boolean);

/** Whether something of a session is waiting. */
export const isDue = (session: string): boolean => session[RECORD_DUE] === '1';
export const sidOf = (session: string): string => session.slice(0, SID_LENGTH);

/** The text of a record; empty if there is no session to keep. */
export const serialize = (
  { release, environment }: Owner,
  visible: boolean,
  sessions: string[],
): string =>
  sessions.length
    ? JSON.stringify({ version: VERSION, release, environment, visible, sessions })
    : '';

/** Reads what another page, or somebody else, left: a record, one of a later version, or nonsense. */
export function parse(text: string): StoredRecord | 'later' | undefined {
  let record: Partial<StoredRecord>;
  try {
    record = (JSON.parse(text) as Partial<StoredRecord> | null) ?? {};
  } catch {
    return undefined;
  }
  if (record.version! > VERSION) return 'later';
  const isValid =
    record.version === VERSION &&
    typeof record.release === 'string' &&
    Array.isArray(record.sessions);
  return isValid ? (record as StoredRecord) : undefined;
}

/** The records of a project. No call throws: what is blocked is as if it were empty. */
export interface Records {
  /** Where the keys of the project begin. */
  readonly prefix: string;
  get(key: string): string | null;
  /** Stores a text, or removes what is there if it is empty. */
  put(key: string, text: string): void;
  remove(key: string): void;
  keys(): string[];
}

/** The records of the project with this DSN; undefined where storage is blocked. */
export function openRecords(kind: 'session' | 'local', dsn: string): Records | undefined {
  let storage: Storage;
  try {
    storage = kind === 'local' ? localStorage : sessionStorage;
    storage.getItem('');
  } catch {
    return undefined;
  }

  const prefix = `crashfree:${dsn}:`;
  const remove = (key: string) => {
    try {
      storage.removeItem(key);
    } catch {
      /* Storage is blocked meanwhile. */
    }
  };
  return {
    prefix,
    remove,
    get(key) {
      try {
        return storage.getItem(key);
      } catch {
        return null;
      }
    },
    put(key, text) {
      if (!text) return remove(key);
      try {
        storage.setItem(key, text);
      } catch {
        /* It is full: the sessions are kept in memory as without storage, and nothing outdated stays. */
        remove(key);
      }
    },
    keys() {
      try {
        return Object.keys(storage).filter((key) => key.startsWith(prefix));
      } catch {
        return [];
      }
    },
  };
}
