/* What becomes of a request. */
#ifndef SIM_NETWORK_H
#define SIM_NETWORK_H

#include "rng.h"

#include <stdbool.h>

typedef struct fate {
    const char *name;
    bool taken;           /* the server counts it */
    bool answered;        /* the client ever hears of it */
    bool delivered;       /* the answer says that sessions were taken */
    bool event_delivered; /* the same of an event that travels with them */
    int status;           /* a crashfree_answer or an HTTP status */
    char limits[160];     /* X-Sentry-Rate-Limits */
    double retry_after;   /* seconds; negative: absent */
    /* What the limits mean, in seconds; a fraction may be rounded up. Negative: nothing. */
    double sessions_least;
    double sessions_most;
    double reports_least;
    double reports_most;
    double events_least;
    double events_most;
    double latency;
} fate;

/* How a request is made that is made for the network to see. */
typedef enum way { WAY_NORMAL, WAY_PROBE, WAY_OPAQUE } way;

/* What of a fate the page can see if it may not read answers, or does not ask to. */
fate network_seen(const fate *fate, way way, bool unreadable);

/* `wrong` is whether something goes wrong; `latency` is the longest of an answer in ms. */
fate network_fate(rng *random, bool wrong, double latency);

#endif
