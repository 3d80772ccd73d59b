/** An id for people who are not logged in: `crashfree/anonymous`. */

/** The only thing that is stored, in the `localStorage` of the page's origin. */
const KEY = 'crashfree:anonymous';
const DAY_MS = 86_400_000;

export interface AnonymousIdOptions {
  /** Days after which the id is replaced by another one. Default 30. */
  days?: number | undefined;
}

interface Stored {
  id: string;
  /** Milliseconds since the epoch. */
  created: number;
}

function stored(): Partial<Stored> {
  try {
    return (JSON.parse(localStorage.getItem(KEY)!) as Partial<Stored> | null) ?? {};
  } catch {
    return {};
  }
}

/**
 * An id that this browser keeps for the origin: 32 random hexadecimal digits, which say nothing of the
 * person and are of no use elsewhere. The first call makes and stores it, so call it only once you may
 * store something; `days` later a call makes a new one. Where storage is blocked, and on a server, it
 * is undefined: nobody rather than somebody else at each page load.
 *
 *     init({ dsn, release, initialScope: { user: { id: anonymousId() } } });
 */
export function anonymousId({ days = 30 }: AnonymousIdOptions = {}): string | undefined {
  const now = Date.now();
  const { id, created } = stored();
  /* A clock that was set back makes no id live longer. */
  if (typeof id === 'string' && now >= created! && now - created! < days * DAY_MS) return id;
  try {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const fresh = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    localStorage.setItem(KEY, JSON.stringify({ id: fresh, created: now } satisfies Stored));
    return fresh;
  } catch {
    return undefined;
  }
}

/** Removes the id, for instance when consent is withdrawn. */
export function forgetAnonymousId(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    /* Blocked: there is none. */
  }
}
