/** Events of a page. */
import type { Session } from '../options/types';
import { eventOf, type ErrorEvent, type ErrorReport } from './event';
import { attempt } from '../platform/attempt';
import { textOf } from '../platform/text';
import type { Frame } from './stack';

/** What the window told of an error, if it did; the app may have told as well. */
export interface PageReport extends ErrorReport {
  event?: { filename?: unknown; lineno?: unknown; colno?: unknown } | undefined;
}

const mechanismOf = ({ event, isRejection }: PageReport) =>
  event || isRejection
    ? `auto.browser.global_handlers.${isRejection ? 'onunhandledrejection' : 'onerror'}`
    : 'generic';

/** Where an error was thrown that has no stack: what is no error has none, and one of syntax may not. */
function placeOf({ event, isRejection }: PageReport): Frame | undefined {
  const filename = textOf(() => event?.filename) || textOf(() => location.href);
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined);
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

/** The address of the page and who asks, without what tells more of a person. */
function requestOf(): ErrorEvent['request'] {
  const referrer = textOf(() => document.referrer);
  return {
    url: textOf(() => location.href),
    headers: {
      ...(referrer && { Referer: referrer }),
      'User-Agent': textOf(() => navigator.userAgent),
    },
  };
}

/** The event of an error that happened in a session, or in none. */
export function pageEventOf(
  error: unknown,
  report: PageReport,
  session: Session | null,
  sendDefaultPii: boolean | undefined,
): ErrorEvent {
  return eventOf(error, report, {
    mechanism: mechanismOf(report),
    place: placeOf(report),
    sendDefaultPii,
    ...(session && {
      release: session.attrs.release,
      environment: session.attrs.environment,
      user: session.did ? { id: session.did } : undefined,
      tags: { 'session.id': session.sid },
    }),
    request: requestOf(),
  });
}
