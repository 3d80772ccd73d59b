import type { Client } from '../types/client';
import { noCounts } from './counts';

/** What `init` returns where there is no page, for instance while a server renders one. */
export function createInertClient(): Client {
  const ignore = () => {};
  const done = () => Promise.resolve(true);
  return {
    status: 'unsupported',
    counts: noCounts(),
    setUser: ignore,
    captureException: ignore,
    startSession: ignore,
    captureSession: ignore,
    endSession: ignore,
    navigate: ignore,
    setConsent: ignore,
    getSession: () => null,
    flush: done,
    close: done,
    watch: ignore,
  };
}
