/* Spans of time that more than one file of the core keeps to, and the clock that all of them go by;
 * include/ has the spans that a host must know. */
#ifndef CF_TIMING_H
#define CF_TIMING_H

#define CF_MINUTE_MS 60000.0
#define CF_DAY_MS 86400000.0

/* First wait after a request that came to nothing; it doubles each time, that of sessions up to
 * 4 min 16 s. */
#define CF_RETRY_FIRST_MS 2000U
/* Requests in a row that come to nothing, after which only an event of the page tries again. */
#define CF_RETRIES_MAX 8

/* Whole milliseconds are exact up to here: 2^53. */
#define CF_MONOTONIC_MAX 9007199254740992.0

/* The moment that a host's monotonic clock tells, after it told `before`: a clock that goes back, or
 * gives no number or one beyond all measure, stands still. */
static inline double cf_monotonic(double before, double told) {
    return told > before && told <= CF_MONOTONIC_MAX ? told : before;
}

#endif
