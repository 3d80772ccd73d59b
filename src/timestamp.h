/* Wall times as the wire wants them (protocol 1.1). */
#ifndef CF_TIMESTAMP_H
#define CF_TIMESTAMP_H

/* Length of YYYY-MM-DDTHH:MM:SS.mmmZ. */
#define CF_TIMESTAMP_LENGTH 24

/*
 * Writes `time` (ms since the epoch) as RFC 3339 UTC; what has no such form becomes the epoch. In
 * the module the page does it (wasm.c), which has the code already.
 */
void cf_timestamp(char out[CF_TIMESTAMP_LENGTH + 1], double time);

#endif
