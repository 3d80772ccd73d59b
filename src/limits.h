/* Limits that more than one file of the core keeps to; include/ has those that a host must know. */
#ifndef CF_LIMITS_H
#define CF_LIMITS_H

#define CF_MINUTE_MS 60000.0
#define CF_DAY_MS 86400000.0

/* First wait after a request that came to nothing; it doubles each time, that of sessions up to
 * 4 min 16 s. */
#define CF_RETRY_FIRST_MS 2000U
/* Requests in a row that come to nothing, after which only an event of the page tries again. */
#define CF_RETRIES_MAX 8

#endif
