/** Couriers deliver what earlier pages left. Each has a core of its own, for one release and environment. */
import { Consent, SESSIONS_MAX, Status } from '../abi';
import type { Core } from '../core/core';
import { native } from '../platform/native';
import type { Settings } from '../options/defaults';
import { SPREAD_MS, type Locks } from './locks';
import {
  deliverable,
  parse,
  serialize,
  sessionsOf,
  sidOf,
  type Owner,
  type StoredRecord,
  type Texts,
} from './record';

/** Starts another core with settings of its own; `changed` is called after what it does. */
export type StartCore = (
  settings: Settings,
  ready: (core: Core) => void,
  changed: (status?: number) => void,
) => unknown;

interface Courier {
  owner: Owner;
  core?: Core;
  /** What is to be done when the core is up. */
  queue: ((core: Core) => void)[];
  /** By key: whose sessions they are, and what was stored of them. */
  records: Map<string, { sids: Set<string>; content?: string }>;
  /** Sessions that the core was given. */
  count: number;
  leaving?: boolean;
}

export interface Couriers {
  /** Sends what is waiting, as the network is back. */
  flush(): void;
  /** Forgets what is not delivered, and leaves its records to other pages. */
  dismiss(): void;
}

/** How long the lock of a record that is done with is kept from others, who may see it still. */
const DONE_MS = 1000;

/**
 * Takes over the records of pages that are gone and delivers them. `seen` are the sids that this page
 * has taken over, in case that one is in two records.
 */
export function sendCouriers(
  settings: Settings,
  records: Texts,
  locks: Locks,
  startCore: StartCore,
  seen: Set<string>,
): Couriers {
  const isLocal = settings.storage === 'local';
  const couriers = new Map<string, Courier>();
  /** Keys of the records that are being delivered. */
  const taken = new Set<string>();
  let dismissed = false;

  const letGo = (key: string) => {
    taken.delete(key);
    locks.letGo(key);
  };

  /** Brings the records of a courier up to date; those that were answered are done with. */
  const update = (courier: Courier, status?: number) => {
    if (!courier.core || dismissed) return;
    const left = sessionsOf(courier.core);
    for (const [key, record] of courier.records) {
      const sessions = left.filter((session) => record.sids.has(sidOf(session)));
      const content = sessions.join('\n');
      if (content !== record.content) {
        records.put(key, serialize(courier.owner, false, sessions));
      }
      record.content = content;
      if (!content && status !== undefined) {
        courier.records.delete(key);
        native('setTimeout')(letGo, DONE_MS, key);
      }
    }
  };

  const courierFor = (owner: Owner): Courier => {
    const id = `${owner.release}\n${owner.environment ?? ''}`;
    const known = couriers.get(id);
    if (known) return known;
    const courier: Courier = { owner, queue: [], records: new Map(), count: 0 };
    couriers.set(id, courier);
    const start = async () =>
      startCore(
        {
          ...settings,
          release: owner.release,
          environment: owner.environment ?? '',
          consent: 'granted',
        },
        (core) => {
          if (dismissed) return;
          courier.core = core;
          for (const take of courier.queue) take(core);
        },
        (status) => update(courier, status),
      );
    start().catch(() => {});
    return courier;
  };

  /** Gives the sessions of a record to the courier's core, and has them sent. */
  const hand = (courier: Courier, core: Core, key: string, record: StoredRecord) => {
    const { sessions } = record;
    /* What does not fit is left to a later visit. */
    if (courier.count && courier.count + sessions.length > SESSIONS_MAX) return letGo(key);
    const killed = isLocal && record.visible === true;
    const sids = new Set<string>();
    for (const session of sessions) {
      const sid = sidOf(session);
      if (seen.has(sid) || !core._restore(core._write(session), killed)) continue;
      seen.add(sid);
      sids.add(sid);
    }
    courier.count += sids.size;
    /* Under a name that is not valid nothing can be sent. */
    const status = core._status();
    if (status === Status.INVALID_RELEASE || status === Status.NO_RELEASE) sids.clear();
    courier.records.set(key, { sids });
    if (courier.leaving) return;
    courier.leaving = true;
    /* With those that are found at the same time. */
    native('setTimeout')(() => {
      courier.leaving = false;
      core._flush();
      update(courier);
    }, SPREAD_MS);
  };

  /** Takes over the record of a page that is gone. It stays until its sessions leave. */
  const adopt = (key: string) => {
    const text = records.get(key);
    if (text === null) return letGo(key);
    const record = parse(text);
    if (record && 'later' in record) return letGo(key);

    records.remove(key);
    /* Where nothing can be removed each visit would deliver it again. */
    if (records.get(key) !== null || !record) return letGo(key);
    records.put(key, text);

    const courier = courierFor(record);
    const take = (core: Core) => hand(courier, core, key, record);
    if (courier.core) take(courier.core);
    else courier.queue.push(take);
  };

  for (const key of deliverable(records)) {
    if (locks.holds(key)) continue;
    void locks.take(key).then((mine) => {
      if (mine) {
        if (dismissed) return locks.letGo(key);
        taken.add(key);
        native('setTimeout')(() => {
          if (taken.has(key)) adopt(key);
        }, SPREAD_MS);
      } else if (mine === false && !isLocal && !dismissed) {
        /* A page elsewhere has it, so this is the copy that a duplicated tab got. */
        records.remove(key);
      }
    });
  }

  return {
    flush: () => couriers.forEach(({ core }) => core?._flush()),
    dismiss() {
      dismissed = true;
      for (const { core } of couriers.values()) core?._set_consent(Consent.DENIED);
      taken.forEach(letGo);
    },
  };
}
