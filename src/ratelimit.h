/* Rate limits that the server announces (protocol 5.1). */
#ifndef CF_RATELIMIT_H
#define CF_RATELIMIT_H

#include <stdbool.h>
#include <stddef.h>

/* Ends of the limits on a monotonic clock; 0 is none. */
typedef struct cf_ratelimit {
    double items;   /* of the category that the items are of */
    double reports; /* client reports, category `internal` */
} cf_ratelimit;

/*
 * Takes the limits of one answer into account; of overlapping ones the later end stays. `header` is
 * X-Sentry-Rate-Limits, empty if absent; `retry_after` is in seconds, negative if absent, and only
 * counts for a 429 without the header. Returns whether this answer limits `category`.
 */
bool cf_ratelimit_update(cf_ratelimit *limits, const char *category, double now, int status,
                         const char *header, size_t length, double retry_after);

/* Whether an answer means that the server has what was sent: a 429 for others does (protocol 5.1). */
static inline bool cf_ratelimit_delivered(int status, bool limited) {
    return (status >= 200 && status < 300) || (status == 429 && !limited);
}

#endif
