/**
 * Opt-in storage, loaded only where the option asks for it. What a page could not deliver survives
 * it in a record of its own, and a later page delivers it, once. With `local` a record that still says
 * "visible" after its page is gone tells of a tab that died.
 *
 * A session that is on its way counts as delivered and is not in the record, so that a page that
 * ends before the answer cannot make it count twice. What was sent in vain, or cannot be sent, is
 * left to the next visit when the page ends: the answer to a last try could not be seen.
 */
import { Status } from '../abi';
import type { Core } from '../core/core';
import { ofDocument } from '../platform/document';
import type { Settings } from '../options/defaults';
import { createListeners } from '../signals/listeners';
import type { StartCore } from './courier';
import { createCouriers } from './couriers';
import { createLeases } from './leases';
import { createLocks, type Locks } from './locks';
import { createOwnRecord } from './own-record';
import { openTexts, type Texts } from './record';

export type { StartCore } from './courier';
export { eventStore } from './events';

/**
 * To be called after every change of sessions, with the status of a response if there was one.
 * Returns whether the page, if it ends, has to leave what is waiting to the next visit.
 */
export type Save = (status?: number) => boolean;

/** The events of a page that decide what is stored. */
interface PageEvents {
  /** It ends, or enters the back/forward cache. */
  _left(): void;
  /** It came back from that cache. */
  _restored(): void;
  /** It was shown, hidden, frozen or resumed. */
  _changed(isFrozen: boolean): void;
  _online(): void;
}

function watchPage(events: PageEvents): void {
  const { _on: on, _survive } = createListeners();
  on(window, 'pagehide', ({ isTrusted }) => isTrusted && events._left());
  on<PageTransitionEvent>(window, 'pageshow', ({ isTrusted, persisted }) => {
    if (isTrusted && persisted) events._restored();
  });
  on(window, 'online', () => events._online());
  for (const type of ['visibilitychange', 'freeze', 'resume']) {
    on(document, type, () => events._changed(type === 'freeze'));
  }
  _survive();
}

/** Web Locks, which browsers have where the connection is safe, or leases in their place. */
function openLocks(
  { debug }: Settings,
  records: Texts,
  leases: Texts,
  lost: (key: string) => void,
): Locks {
  const { locks } = window.navigator as { locks?: LockManager };
  if (locks) return createLocks(locks);
  if (debug) {
    console.warn('crashfree: no Web Locks here, so storage delivers later what pages left behind');
  }
  return createLeases(records, leases, lost);
}

/** Tells whether people agree that something is stored. A client that was closed has the consent that it had. */
function watchConsent(core: Core): () => boolean {
  let isAllowed = false;
  return () => {
    const status = core._status();
    if (status !== Status.CLOSED) {
      isAllowed = status !== Status.CONSENT_PENDING && status !== Status.CONSENT_DENIED;
    }
    return isAllowed;
  };
}

/** Starts storing for a page with the client `core`. */
export function keepSessions(settings: Settings, core: Core, startCore: StartCore): Save {
  const { storage, dsn } = settings;
  const records = openTexts(storage, `crashfree:${dsn}:`);
  const leases = openTexts(storage, `crashfree-lease:${dsn}:`);
  if (!records || !leases) return () => false;

  const locks = openLocks(settings, records, leases, (key) => {
    if (key !== own._key) return couriers._dismiss();
    /* Another page tells of the sessions. */
    core._forget();
    own._leave();
  });
  /** At work while there is consent and the page is there. */
  const couriers = createCouriers(settings, records, locks, startCore);
  const isAllowed = watchConsent(core);
  /** The page has ended, or is in the back/forward cache. */
  let away = false;
  const isVisible = () => ofDocument('visibilityState') === 'visible';
  let visible = isVisible();

  const save: Save = (status) => {
    if (away) return own._isPostponed;
    if (status !== undefined) own._answered(status);
    if (!isAllowed()) {
      couriers._dismiss();
      if (core._status() === Status.CONSENT_DENIED) records._keys().forEach(records._remove);
      own._forget();
      return false;
    }
    couriers._send();
    own._save(visible, status);
    return own._isPostponed;
  };
  const own = createOwnRecord(settings, core, records, locks, save);

  watchPage({
    _left() {
      visible = false;
      save();
      away = true;
      couriers._dismiss();
      /* Whoever finds the record delivers it; if the page comes back, it may be this one. */
      if (own._isKept) core._forget();
      own._leave();
    },
    _restored() {
      away = false;
      visible = true;
      save();
    },
    _changed(isFrozen) {
      visible = !isFrozen && isVisible();
      locks._renew?.();
      save();
    },
    _online: () => couriers._flush(),
  });

  /* A window that was just opened has a copy of what its opener has. */
  if (storage !== 'local' && window.opener && window.history.length === 1)
    records._keys().forEach(records._remove);
  save();
  return save;
}
