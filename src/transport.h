/* Delivery: what goes out, when, and what an answer means (protocol 3.2, 4.5, 5). */
#ifndef CF_TRANSPORT_H
#define CF_TRANSPORT_H

#include "client.h"

/* When a client report may be the reason for a request of its own. */
typedef enum cf_occasion {
    CF_EVENT, /* sends the sessions that are due; losses ride along */
    CF_HIDE,  /* sends losses alone, too */
    CF_END    /* as CF_HIDE, and gives up what a rate limit holds back */
} cf_occasion;

/* Sends what is due in one request, and arranges to be woken for what has to wait. */
void cf_transport_send(crashfree *client, cf_occasion occasion);

/* Arranges a wake after `delay` whole ms, unless one comes earlier. */
void cf_transport_wake_in(crashfree *client, uint32_t delay);

/* Makes room for a new session at the end of the list. */
void cf_transport_make_room(crashfree *client);

#endif
