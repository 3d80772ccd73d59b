/** Events of a page. */
import type { Session } from '../options/types';
import { eventOf, type ErrorEvent, type ErrorReport } from './event';
import { textOf } from './exceptions';

const mechanismOf = ({ isGlobal, isRejection }: ErrorReport) =>
  isGlobal || isRejection
    ? `auto.browser.global_handlers.${isRejection ? 'onunhandledrejection' : 'onerror'}`
    : 'generic';

/** The address of the page and who asks, without what tells more of a person. */
function requestOf(): ErrorEvent['request'] {
  const { document, location, navigator } = globalThis as Partial<Window & typeof globalThis>;
  if (!location || !document || !navigator) return undefined;
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
  report: ErrorReport,
  session: Session | null,
  sendDefaultPii: boolean | undefined,
): ErrorEvent {
  return eventOf(error, report, {
    mechanism: mechanismOf(report),
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
