/* Error events that wait for the server; include/crashfree_events.h says what each function does. */
#ifndef CF_EVENTS_H
#define CF_EVENTS_H

#include "crashfree_events.h"
#include "ratelimit.h"

typedef enum cf_event_state {
    CF_EVENT_FREE = 0,
    CF_EVENT_WAITING = 1,
    CF_EVENT_SENT = 2, /* on its way */
} cf_event_state;

typedef struct cf_event {
    cf_event_state state;
    unsigned tries;
    uint32_t order;  /* the older one leaves first */
    double earliest; /* when it may leave */
} cf_event;

struct crashfree_events {
    cf_event events[CRASHFREE_EVENTS_MAX];
    uint32_t told[CRASHFREE_EVENTS_REMEMBERED]; /* errors that their sessions have told of */
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
