/** A courier delivers what earlier pages left under one release and environment, with a core of its own. */
import { Consent, SESSIONS_MAX, Status } from '../abi';
import type { Core } from '../core/core';
import type { Settings } from '../options/defaults';
import { native } from '../platform/native';
import { SPREAD_MS } from './locks';
import { serialize, sessionsOf, sidOf, type Owner, type StoredRecord, type Texts } from './record';

/** Starts another core with settings of its own; `changed` is called after what it does. */
export type StartCore = (
  settings: Settings,
  ready: (core: Core) => void,
  changed: (status?: number) => void,
) => unknown;

/** What the couriers of a page have in common. */
export interface Office {
  _settings: Settings;
  _records: Texts;
  _startCore: StartCore;
  /** The sids that this page has taken over, in case that one is in two records. */
  _seen: Set<string>;
  /** Gives up the lock of a record. */
  _letGo(key: string): void;
}

export interface Courier {
  /** Delivers a record, which stays where it is until its sessions have left. */
  _deliver(key: string, record: StoredRecord): void;
  /** Sends what is waiting. */
  _flush(): void;
  /** Forgets what is not delivered. */
  _dismiss(): void;
}

/** What a courier has of a record: whose sessions they are, and what was stored of them last. */
interface Parcel {
  _sids: Set<string>;
  _content?: string;
}

/** How long the lock of a record that is done with is kept from others, who may see it still. */
const DONE_MS = 1000;

export function createCourier(
  owner: Owner,
  { _settings, _records, _startCore, _seen, _letGo }: Office,
): Courier {
  let core: Core | undefined;
  /** Records that came before the core was up. */
  const early: [key: string, record: StoredRecord][] = [];
  const parcels = new Map<string, Parcel>();
  /** Sessions that the core was given. */
  let count = 0;
  let isLeaving = false;
  let isDismissed = false;

  /** Brings the records up to date; those that were answered are done with. */
  const update = (status?: number) => {
    if (!core || isDismissed) return;
    const left = sessionsOf(core);
    for (const [key, parcel] of parcels) {
      const sessions = left.filter((session) => parcel._sids.has(sidOf(session)));
      const content = sessions.join('\n');
      if (content !== parcel._content) _records._put(key, serialize(owner, false, sessions));
      parcel._content = content;
      if (!content && status !== undefined) {
        parcels.delete(key);
        native('setTimeout')(_letGo, DONE_MS, key);
      }
    }
  };

  /** Has the core send what it was given, with what is found at the same time. */
  const leave = (core: Core) => {
    if (isLeaving) return;
    isLeaving = true;
    native('setTimeout')(() => {
      isLeaving = false;
      core._flush();
      update();
    }, SPREAD_MS);
  };

  /** Gives the sessions of a record to the core. */
  const load = (core: Core, key: string, { sessions, visible }: StoredRecord) => {
    /* What does not fit is left to a later visit. */
    if (count && count + sessions.length > SESSIONS_MAX) return _letGo(key);
    const wasKilled = _settings.storage === 'local' && visible === true;
    const sids = new Set<string>();
    for (const session of sessions) {
      const sid = sidOf(session);
      if (_seen.has(sid) || !core._restore(core._write(session), wasKilled)) continue;
      _seen.add(sid);
      sids.add(sid);
    }
    count += sids.size;
    /* Under a name that is not valid nothing can be sent. */
    const status = core._status();
    if (status === Status.INVALID_RELEASE || status === Status.NO_RELEASE) sids.clear();
    parcels.set(key, { _sids: sids });
    leave(core);
  };

  const start = async () =>
    _startCore(
      {
        ..._settings,
        release: owner.release,
        environment: owner.environment ?? '',
        consent: 'granted',
      },
      (started) => {
        if (isDismissed) return;
        core = started;
        for (const [key, record] of early) load(core, key, record);
      },
      update,
    );
  start().catch(() => {});

  return {
    _deliver(key, record) {
      if (core) load(core, key, record);
      else early.push([key, record]);
    },
    _flush: () => core?._flush(),
    _dismiss() {
      isDismissed = true;
      core?._set_consent(Consent.DENIED);
    },
  };
}
