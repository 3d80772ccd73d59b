/* Delivery: what goes out and when (protocol 3.2, 4.5, 5); answer.c is about what comes back. */
#ifndef CF_DELIVERY_H
#define CF_DELIVERY_H

#include "state.h"

/* What makes the client send. */
typedef enum cf_occasion {
    CF_OCCASION_EVENT, /* the sessions that are due leave, and counted losses with them */
    CF_OCCASION_HIDE,  /* losses leave alone, too */
    CF_OCCASION_END    /* as CF_OCCASION_HIDE, and what a rate limit holds back is given up */
} cf_occasion;

/* Sends what is due in one request, and arranges to be woken for what has to wait. */
void cf_delivery_send(crashfree *client, cf_occasion occasion);

/* Arranges a wake after `delay` whole ms, unless one comes earlier. */
void cf_delivery_wake_in(crashfree *client, uint32_t delay);

/* Sees to it that what is in doubt is asked about: there is one timer, and it may just have been for
 * something else. */
void cf_delivery_arrange_probe(crashfree *client);

/* Arranges the next try after a request that came to nothing, later each time. */
void cf_delivery_back_off(crashfree *client);

#endif
