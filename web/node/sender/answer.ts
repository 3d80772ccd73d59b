/** What an answer to an envelope says. */
import { secondsOf } from '../../src/delivery/retry-after';
import type { Joined } from '../../src/events/outbox';
import type { ServerAnswer } from '../core';
import type { Way } from './way';

/** Sends an envelope. Resolves to the answer, never rejects. */
export type Post = (url: string, body: string, way: Way) => Promise<ServerAnswer>;

/** An answer of which no more is known than its status. */
export const statusAlone = (status: number): ServerAnswer => ({
  status,
  limits: '',
  retryAfter: NaN,
});

export const NO_ANSWER: ServerAnswer = statusAlone(0);

export function answerOf(status: number, header: (name: string) => string | null): ServerAnswer {
  return {
    status,
    limits: header('x-sentry-rate-limits') ?? '',
    retryAfter: secondsOf(header('retry-after') ?? ''),
  };
}

/** Tells an event of the answer to the envelope that it left with, if one did. */
export const settle = (
  joined: Joined | undefined,
  { status, limits, retryAfter }: ServerAnswer,
): void => joined?._settle(status, limits, retryAfter);

/**
 * Whether an answer may be a page, such as that of a login, rather than the server's: then the first
 * character of its body tells.
 */
export const mayBePage = ({ status }: ServerAnswer, contentType: string | null): boolean =>
  status >= 200 && status < 300 && /html/i.test(contentType ?? '');

export const isPage = (text: string): boolean => /^\s*</.test(text);
