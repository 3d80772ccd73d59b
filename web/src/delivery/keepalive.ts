/**
 * Bytes that may be on their way with `keepalive`: the platform's 64 KiB for everybody on the page, less a
 * margin (protocol 4.3). `crashfree/events` counts what it adds to the requests of sessions, and leaves
 * them room; that both count in one place would take 100 bytes.
 */
export const KEEPALIVE_BYTES = 60_000;
