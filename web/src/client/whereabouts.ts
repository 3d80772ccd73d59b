import { nothing, type Settings } from '../options/defaults';
import { attempt } from '../platform/attempt';
import { now } from '../platform/clock';
import type { Fact, Queue } from '../signals/queue';
import { addressOfPage, isAnotherRoute, isShown, wholeAddress } from './route';

/** Where the page is. A client notes that from its start, before it has anything that compares it. */
export interface PageLocation {
  readonly _settings: Settings;
  /** The location that the running session is about, once there is one. */
  _place?: string;
  /** The last location that was seen, judged or not. */
  _seen?: string;
}

export interface Whereabouts {
  /**
   * Compares the location with the one before. `replaced`: an entry of the history was replaced. What
   * no source told of happened before `at`, when something else did.
   */
  _look(replaced?: boolean, at?: number): void;
  /** The app says where it is, and is the only source from then on. */
  _hook(to: string): void;
}

/** A change of location; several within one task are one. */
interface Move extends Fact {
  _to: string;
  _replaced: boolean;
  /** What the app's router calls it, if that began to tell in the same task. */
  _called?: string;
}

/** Knows where the page is, and calls `moved` for each change with whether it shows another route. */
export function createWhereabouts(
  location: PageLocation,
  queue: Queue,
  moved: (isNew: boolean, at: number) => void,
): Whereabouts {
  const { isNewRoute } = location._settings;
  let hooked = false;
  /** Whether the address bar had its entry replaced before a call of the hook. */
  let replacedInBar = false;
  let last: Move | undefined;

  const judge = (move: Move) => {
    const { _to: to, _replaced: replaced } = move;
    const from = location._place!;
    location._place = move._called ?? to;
    const answer =
      isNewRoute === nothing ? undefined : attempt(isNewRoute, new URL(from), new URL(to));
    const isNew = typeof answer === 'boolean' ? answer : isAnotherRoute(from, to, replaced);
    moved(isNew && to !== from, move._at);
  };

  const note = (to: string, replaced: boolean, at = now()) => {
    if (last && queue._waiting[queue._waiting.length - 1] === last) {
      last._to = to;
      last._replaced &&= replaced;
      return;
    }
    const move: Move = {
      _at: at,
      _wait: 0,
      _divides: true,
      _judge: () => judge(move),
      _to: to,
      _replaced: replaced,
    };
    last = move;
    queue._add(move);
  };

  return {
    _look(replaced = false, at) {
      const href = addressOfPage();
      replacedInBar = replaced;
      if (!location._place || href === location._seen) return;
      location._seen = href;
      if (!hooked) note(href, replaced, at);
    },
    _hook(to) {
      if (!location._place) return;
      const called = wholeAddress(to);
      if (hooked) note(called, replacedInBar);
      else if (last && queue._waiting.includes(last)) last._called = called;
      else if (isShown(to, addressOfPage())) location._place = called;
      else note(called, false);
      hooked = true;
      replacedInBar = false;
    },
  };
}
