import type { Settings } from '../options/defaults';
import { native } from '../platform/native';
import { createCourier, type Courier, type CourierContext, type StartCore } from './courier';
import { SPREAD_MS, type Locks } from './locks';
import { deliverable, parse, type StoredRecord, type Texts } from './record';

export interface Couriers {
  /** Has what pages that are gone left behind delivered, unless that is being done. */
  _send(): void;
  /** Sends what is waiting, as the network is back. */
  _flush(): void;
  /** Forgets what is not delivered, and leaves its records to other pages. */
  _dismiss(): void;
}

/**
 * The record of a page that is gone, which stays where it is; undefined if it cannot be delivered. Where
 * nothing can be removed each visit would deliver it again.
 */
function readAnew(key: string, records: Texts): StoredRecord | undefined {
  const text = records._get(key) ?? '';
  const record = parse(text);
  if (record && 'later' in record) return undefined;
  records._remove(key);
  if (records._get(key) !== null || !record) return undefined;
  records._put(key, text);
  return record;
}

/**
 * Takes over the records of pages that are gone and has them delivered, by one courier for each release
 * and environment, until it is dismissed. `seen` are the ids of the sessions that this page has taken over.
 */
function sendCouriers(
  settings: Settings,
  records: Texts,
  locks: Locks,
  startCore: StartCore,
  seen: Set<string>,
): Omit<Couriers, '_send'> {
  const couriers = new Map<string, Courier>();
  /** Keys of the records that are being delivered. */
  const taken = new Set<string>();
  let isDismissed = false;

  const letGo = (key: string) => {
    taken.delete(key);
    locks._letGo(key);
  };

  const context: CourierContext = {
    _settings: settings,
    _records: records,
    _startCore: startCore,
    _seen: seen,
    _letGo: letGo,
  };
  const deliver = (key: string) => {
    const record = readAnew(key, records);
    if (!record) return letGo(key);
    const id = `${record.release}\n${record.environment ?? ''}`;
    const courier = couriers.get(id) ?? createCourier(record, context);
    couriers.set(id, courier);
    courier._deliver(key, record);
  };

  for (const key of deliverable(records)) {
    if (locks._holds(key)) continue;
    void locks._take(key).then((mine) => {
      if (mine) {
        if (isDismissed) return locks._letGo(key);
        taken.add(key);
        native('setTimeout')(() => {
          if (taken.has(key)) deliver(key);
        }, SPREAD_MS);
      } else if (mine === false && settings.storage !== 'local' && !isDismissed) {
        /* A page elsewhere has it, so this is the copy that a duplicated tab got. */
        records._remove(key);
      }
    });
  }

  return {
    _flush: () => couriers.forEach((courier) => courier._flush()),
    _dismiss() {
      isDismissed = true;
      couriers.forEach((courier) => courier._dismiss());
      taken.forEach(letGo);
    },
  };
}

export function createCouriers(
  settings: Settings,
  records: Texts,
  locks: Locks,
  startCore: StartCore,
): Couriers {
  const seen = new Set<string>();
  let sent: ReturnType<typeof sendCouriers> | undefined;
  return {
    _send() {
      sent ??= sendCouriers(settings, records, locks, startCore, seen);
    },
    _flush: () => sent?._flush(),
    _dismiss() {
      sent?._dismiss();
      sent = undefined;
    },
  };
}
