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

/** What the couriers of a page share. */
export interface CourierContext {
  _settings: Settings;
  _records: Texts;
  _startCore: StartCore;
  /** The ids of the sessions that this page has taken over, in case that one is in two records. */
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

/** A record whose sessions a core has taken over. */
interface TakenRecord {
  /** The ids of these sessions. */
  _sids: Set<string>;
  /** What the storage has of them, once this page has written it. */
  _content?: string;
}

/** A core with the records that it delivers. */
interface Delivery {
  /** Gives the sessions of a record to the core, which sends them soon. */
  _load(key: string, record: StoredRecord): void;
  /** Writes to the records what the core has left of their sessions. */
  _update(status?: number): void;
  _flush(): void;
  _dismiss(): void;
}

/** How long the lock of a record that is done with is kept from others, who may see it still. */
const DONE_MS = 1000;

/** A function that calls `act` once a while after the first of several calls. */
function together(act: () => void): () => void {
  let isComing = false;
  return () => {
    if (isComing) return;
    isComing = true;
    native('setTimeout')(() => {
      isComing = false;
      act();
    }, SPREAD_MS);
  };
}

function createDelivery(
  core: Core,
  owner: Owner,
  { _settings, _records, _seen, _letGo }: CourierContext,
): Delivery {
  const taken = new Map<string, TakenRecord>();
  /** Sessions that the core was given. */
  let count = 0;

  const update = (status?: number) => {
    const left = sessionsOf(core);
    for (const [key, record] of taken) {
      const sessions = left.filter((session) => record._sids.has(sidOf(session)));
      const content = sessions.join('\n');
      if (content !== record._content) _records._put(key, serialize(owner, false, sessions));
      record._content = content;
      /* Before an answer its sessions may be on their way in vain, and come back. */
      if (!content && status !== undefined) {
        taken.delete(key);
        native('setTimeout')(_letGo, DONE_MS, key);
      }
    }
  };

  /** Has the core send all records that are found at the same time in one request. */
  const leave = together(() => {
    core._flush();
    update();
  });

  return {
    _load(key, { sessions, visible }) {
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
      taken.set(key, { _sids: sids });
      leave();
    },
    _update: update,
    _flush: () => core._flush(),
    _dismiss() {
      /* The records stay as they are, for other pages. */
      taken.clear();
      core._set_consent(Consent.DENIED);
    },
  };
}

export function createCourier(owner: Owner, context: CourierContext): Courier {
  let delivery: Delivery | undefined;
  /** Records that came before the core was up. */
  const early: [key: string, record: StoredRecord][] = [];
  let isDismissed = false;

  const start = async () =>
    context._startCore(
      {
        ...context._settings,
        release: owner.release,
        environment: owner.environment ?? '',
        consent: 'granted',
      },
      (core) => {
        if (isDismissed) return;
        delivery = createDelivery(core, owner, context);
        for (const [key, record] of early) delivery._load(key, record);
      },
      (status) => delivery?._update(status),
    );
  start().catch(() => {});

  return {
    _deliver(key, record) {
      if (delivery) delivery._load(key, record);
      else early.push([key, record]);
    },
    _flush: () => delivery?._flush(),
    _dismiss() {
      isDismissed = true;
      delivery?._dismiss();
    },
  };
}
