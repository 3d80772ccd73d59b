/**
 * Records: what pages leave in the storage for later ones. Each page has one, under a key of its own
 * that begins with the project's address. A session in it is a text that only the core reads, but for
 * its id and whether something of it is waiting (`crashfree_save` in include/crashfree.h).
 */
import { RECORD_DUE, SESSIONS_MAX, SID_LENGTH } from '../abi';
import type { Core } from '../core/core';
import { attempt } from '../platform/attempt';
import type { Options } from '../types/options';

/** Records that are kept, and delivered by one page, so that storage cannot grow or cost much. */
export const RECORDS_MAX = 50;
/** Texts that one page looks at to find those. */
const LOOKS_MAX = 200;
/** The version of the format. A record of a later version is left to pages that know it. */
const VERSION = 1;

/** Whose sessions those of a record are. */
export interface Owner {
  release: string;
  environment?: string | undefined;
}

export interface StoredRecord extends Owner {
  /** Any version has this, and the next member. */
  version: number;
  /** When it was written, in milliseconds since 1970. */
  time: number;
  /** Whether the page was visible then. */
  visible: boolean;
  /** As the core wrote them. */
  sessions: string[];
}

/** The sessions of a core of which something is waiting, and the running one. */
export const sessionsOf = (core: Core): string[] =>
  Array.from({ length: SESSIONS_MAX }, (_, index) => core._read(core._save(index))).filter(Boolean);

export const sidOf = (session: string): string => session.slice(0, SID_LENGTH);
/** Whether something of a session is waiting for the server. */
export const isDue = (session: string): boolean => session[RECORD_DUE] === '1';

/** A text as JSON. Pages have replaced `toJSON` of texts and lists, which JSON.stringify asks. */
export const quote = (text: string): string =>
  `"${text.replace(
    /["\\\u0000-\u001f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )}"`;

/** The text of a record; empty if there is no session to keep. */
export const serialize = (
  { release, environment }: Owner,
  visible: boolean,
  sessions: string[],
): string =>
  sessions.length
    ? `{"version":${VERSION},"time":${Date.now()},"visible":${visible},"release":${quote(release)},` +
      `"environment":${quote(environment ?? '')},"sessions":[${sessions.map(quote).join()}]}`
    : '';

/** What another page, or somebody else, left: a record, one that others may know, or nonsense. */
export type Found = StoredRecord | { later: true; time: number } | undefined;

export function parse(text: string): Found {
  const record = attempt(() => JSON.parse(text) as Partial<StoredRecord> | null) ?? {};
  const { version, time, release, environment, sessions } = record;
  if (typeof version !== 'number') return undefined;
  if (version > VERSION) return { later: true, time: Number.isFinite(time) ? time! : 0 };
  const isValid =
    version === VERSION &&
    typeof release === 'string' &&
    (environment === undefined || typeof environment === 'string') &&
    Array.isArray(sessions) &&
    sessions.length <= SESSIONS_MAX &&
    sessions.every((session) => typeof session === 'string');
  return isValid ? (record as StoredRecord) : undefined;
}

/** Texts of a project in a storage. No call throws: what is blocked is as if it were empty. */
export interface Texts {
  /** Where the keys of the project begin. */
  readonly _prefix: string;
  _get(key: string): string | null;
  /** Stores a text, or removes what is there if it is empty. */
  _put(key: string, text: string): void;
  _remove(key: string): void;
  _keys(): string[];
}

/** The storage that the option names. Throws where it is blocked. */
export const storageOf = (kind: Options['storage']): Storage =>
  kind === 'local' ? localStorage : sessionStorage;

/** The texts under keys that begin so; undefined where storage is blocked. */
export function openTexts(kind: Options['storage'], prefix: string): Texts | undefined {
  const storage = attempt(() => {
    const found = storageOf(kind);
    found.getItem('');
    return found;
  });
  if (!storage) return undefined;

  const remove = (key: string) => attempt(() => storage.removeItem(key));
  return {
    _prefix: prefix,
    _remove: remove,
    _get: (key) => attempt(() => storage.getItem(key)) ?? null,
    _put(key, text) {
      if (!text) return remove(key);
      try {
        storage.setItem(key, text);
      } catch {
        /* It is full: the sessions are kept in memory as without storage, and nothing outdated stays. */
        remove(key);
      }
    },
    _keys: () => attempt(() => Object.keys(storage).filter((key) => key.startsWith(prefix))) ?? [],
  };
}

/**
 * The keys of records that this version can deliver. Nonsense is removed: it takes the place of
 * records, and nobody can make anything of it.
 */
export function deliverable(records: Texts): string[] {
  return records
    ._keys()
    .slice(0, LOOKS_MAX)
    .filter((key) => {
      const found = parse(records._get(key) ?? '');
      if (!found) records._remove(key);
      return found && !('later' in found);
    })
    .slice(0, RECORDS_MAX);
}

/** Whether there is room for another record. The oldest ones of later versions have to make it. */
export function hasRoom(records: Texts): boolean {
  const keys = records._keys();
  const surplus = keys.length - RECORDS_MAX + 1;
  if (surplus <= 0) return true;
  const foreign = keys.slice(0, LOOKS_MAX).flatMap((key) => {
    const found = parse(records._get(key) ?? '');
    if (!found) return { key, time: -1 };
    return 'later' in found ? { key, time: found.time } : [];
  });
  foreign.sort((one, other) => one.time - other.time);
  foreign.slice(0, surplus).forEach(({ key }) => records._remove(key));
  return foreign.length >= surplus;
}
