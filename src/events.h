/* Error events that wait for the server; include/crashfree_events.h says what each function does. */
#ifndef CF_EVENTS_H
#define CF_EVENTS_H

#include "crashfree_events.h"
#include "ratelimit.h"

typedef enum cf_event_state {
    CF_EVENT_FREE = 0,
    CF_EVENT_WAITING = 1,
    CF_EVENT_SENT = 2, /* on its way, with `request` */
} cf_event_state;

typedef struct cf_event {
    cf_event_state state;
    uint32_t request;
    unsigned tries;
    uint32_t order;  /* the older one leaves first */
    double earliest; /* when it may leave */
} cf_event;

/* An error that a session has told of. */
typedef struct cf_event_told {
    uint32_t session;
    uint32_t error;
} cf_event_told;

struct crashfree_events {
    cf_event events[CRASHFREE_EVENTS_MAX];
    cf_event_told told[CRASHFREE_EVENTS_REMEMBERED];
    unsigned next_told;
    uint32_t next_order;
    double sample_rate;
    double per_minute;
    double minute; /* when the minute began in which `in_minute` were kept */
    double in_minute;
    cf_ratelimit limits;
    uint32_t losses[CRASHFREE_EVENT_LOSSES];
};

#endif
