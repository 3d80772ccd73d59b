import type { Client } from './client';

/** What `init` returns where there is no page, for instance while a server renders one. */
export function createServerClient(): Client {
  const ignore = () => {};
  const done = () => Promise.resolve(true);
  return {
    status: 'unsupported',
    counts: {
      started: 0,
      accepted: 0,
      requests: 0,
      queue_overflow: 0,
      ratelimit_backoff: 0,
      network_error: 0,
      send_error: 0,
      sample_rate: 0,
      before_send: 0,
      backpressure: 0,
    },
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
