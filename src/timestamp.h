/* Wall times as the wire wants them (protocol 1.1). */
#ifndef CF_TIMESTAMP_H
#define CF_TIMESTAMP_H

/* Length of YYYY-MM-DDTHH:MM:SS.mmmZ. */
#define CF_TIMESTAMP_LENGTH 24

/* 9999-12-31T23:59:59.999Z, the last time of that length. */
#define CF_TIMESTAMP_MAX 253402300799999.0

/* `time`, or the epoch if it is no time from there to CF_TIMESTAMP_MAX. */
double cf_timestamp_or_epoch(double time);

/* Writes `time` (ms since the epoch), or the epoch, as RFC 3339 UTC with a NUL. */
void cf_timestamp(char out[CF_TIMESTAMP_LENGTH + 1], double time);

#endif
