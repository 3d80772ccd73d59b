/** Events of a page. */
import type { Moment, Options } from '../types/options';
import { eventOf, type ErrorEvent, type ErrorReport } from './event';
import { attempt } from '../platform/attempt';
import { textOf } from '../platform/text';
import type { Frame } from './stack';

/** What the window told of an error, if it did; the app may have told as well. */
export interface PageReport extends ErrorReport {
  event?: Partial<Record<'filename' | 'lineno' | 'colno' | 'message', unknown>> | undefined;
}

const mechanismOf = ({ event, isRejection }: PageReport) =>
  event || isRejection
    ? `auto.browser.global_handlers.${isRejection ? 'onunhandledrejection' : 'onerror'}`
    : 'generic';

/** Where an error was thrown that has no stack: what is no error has none, and one of syntax may not. */
function placeOf({ event, isRejection }: PageReport): Frame | undefined {
  const filename = textOf(() => event?.filename) || textOf(() => location.href);
  const number = (value: unknown) => (typeof value === 'number' && value > 0 ? value : undefined);
  return event && !isRejection
    ? {
        filename,
        function: '?',
        lineno: attempt(() => number(event.lineno)),
        colno: attempt(() => number(event.colno)),
        in_app: true,
      }
    : undefined;
}

/**
 * What was thrown. A window may only say what somebody told it, as in the place of an error of another
 * origin; that `null` was thrown stands at the end of its message.
 */
function thrownOf(error: unknown, { event }: PageReport): unknown {
  const message = textOf(() => event?.message);
  return error ?? (message.endsWith(`${error as null}`) ? error : message || error);
}

/** The address of the page and who asks, without what tells more of a person. */
function requestOf(url: string): ErrorEvent['request'] {
  const referrer = textOf(() => document.referrer);
  return {
    url: textOf(() => url),
    headers: {
      ...(referrer && { Referer: referrer }),
      'User-Agent': textOf(() => navigator.userAgent),
    },
  };
}

/** The event of an error. */
export function pageEventOf(
  error: unknown,
  report: PageReport,
  { session, time, url }: Moment,
  settings: Pick<Options, 'release' | 'environment'>,
  sendDefaultPii: boolean | undefined,
): ErrorEvent {
  const { release, environment } = session?.attrs ?? settings;
  return eventOf(thrownOf(error, report), report, {
    timestamp: time / 1000,
    mechanism: mechanismOf(report),
    place: placeOf(report),
    sendDefaultPii,
    release,
    environment,
    ...(session && {
      user: session.did ? { id: session.did } : undefined,
      tags: { 'session.id': session.sid },
    }),
    request: requestOf(url),
  });
}
