#include "events.h"

#include "timing.h"

#include <string.h>

size_t crashfree_events_size(void) {
    return sizeof(crashfree_events);
}

crashfree_events *crashfree_events_init(void *memory, double sample_rate, double per_minute) {
    crashfree_events *const events = memory;

    memset(events, 0, sizeof *events);
    events->sample_rate = sample_rate;
    events->per_minute = per_minute;
    return events;
}

void crashfree_events_lose(crashfree_events *events, crashfree_event_loss reason, uint32_t count) {
    if ((unsigned)reason < CRASHFREE_EVENT_LOSSES) {
        events->losses[reason] += count;
    }
}

static int lose(crashfree_events *events, crashfree_event_loss reason) {
    crashfree_events_lose(events, reason, 1);
    return CRASHFREE_EVENT_VERDICT_LOST;
}

/* Whether the session has told of the error; it has from now on. */
static bool is_told(crashfree_events *events, uint32_t error) {
    for (unsigned i = 0; i < CRASHFREE_EVENTS_REMEMBERED; i++) {
        if (events->told[i] == error) {
            return true;
        }
    }
    events->told[events->next_told] = error;
    events->next_told = (events->next_told + 1) % CRASHFREE_EVENTS_REMEMBERED;
    return false;
}

static bool is_beyond_limit(crashfree_events *events, double now) {
    /* A clock that gives no number counts as a minute that is over, once. */
    if (!(now - events->minute < CF_MINUTE_MS) || events->in_minute == 0) {
        events->minute = now;
        events->in_minute = 0;
    }
    return events->per_minute > 0 && events->in_minute++ >= events->per_minute;
}

int crashfree_events_add(crashfree_events *events, uint32_t error, double draw, double now) {
    if (is_told(events, error)) {
        return CRASHFREE_EVENT_VERDICT_REPEATED;
    }
    if (!(draw < events->sample_rate)) {
        return lose(events, CRASHFREE_EVENT_SAMPLE_RATE);
    }
    if (is_beyond_limit(events, now)) {
        return lose(events, CRASHFREE_EVENT_BACKPRESSURE);
    }
    for (int slot = 0; slot < CRASHFREE_EVENTS_MAX; slot++) {
        cf_event *const event = &events->events[slot];

        if (event->state == CF_EVENT_FREE) {
            *event = (cf_event){.state = CF_EVENT_WAITING, .order = events->next_order++};
            return slot;
        }
    }
    return lose(events, CRASHFREE_EVENT_QUEUE_OVERFLOW);
}

void crashfree_events_drop(crashfree_events *events, int slot, crashfree_event_loss reason) {
    if (slot >= 0 && slot < CRASHFREE_EVENTS_MAX && events->events[slot].state != CF_EVENT_FREE &&
        (unsigned)reason < CRASHFREE_EVENT_LOSSES) {
        events->events[slot].state = CF_EVENT_FREE;
        (void)lose(events, reason);
    }
}

/* The oldest event that waits, or -1. */
static int oldest(const crashfree_events *events) {
    int found = -1;

    for (int slot = 0; slot < CRASHFREE_EVENTS_MAX; slot++) {
        if (events->events[slot].state == CF_EVENT_WAITING &&
            (found < 0 ||
             (int32_t)(events->events[slot].order - events->events[found].order) < 0)) {
            found = slot;
        }
    }
    return found;
}

static double wait_of(const crashfree_events *events, int slot, double now) {
    const double earliest = events->events[slot].earliest;
    const double limit = events->limits.items;
    const double wait = (earliest > limit ? earliest : limit) - now;

    return wait > 0 ? wait : 0;
}

int crashfree_events_take(crashfree_events *events, bool last, double now) {
    int slot = oldest(events);

    if (last && events->limits.items > now) {
        for (; slot >= 0; slot = oldest(events)) {
            crashfree_events_drop(events, slot, CRASHFREE_EVENT_RATELIMIT_BACKOFF);
        }
        return -1;
    }
    /* The page has no later moment than its last. */
    if (slot < 0 || (!last && wait_of(events, slot, now) > 0)) {
        return -1;
    }
    events->events[slot].state = CF_EVENT_SENT;
    return slot;
}

bool crashfree_events_respond(crashfree_events *events, int slot, int status, const char *limits,
                              size_t limits_length, double retry_after, double now) {
    const bool limited = cf_ratelimit_update(&events->limits, "error", now, status, limits,
                                             limits_length, retry_after);

    if (slot < 0 || slot >= CRASHFREE_EVENTS_MAX || events->events[slot].state != CF_EVENT_SENT) {
        return false;
    }
    cf_event *const event = &events->events[slot];

    if (cf_ratelimit_delivered(status, limited)) {
        event->state = CF_EVENT_FREE;
        return true;
    }
    event->state = CF_EVENT_WAITING;
    /* A limit is no try in vain. One of no time is, or it would leave again at once, and for ever. */
    if (status == 429 && events->limits.items > now) {
        return false;
    }
    const bool is_refused = status >= 400 && status < 500 && status != 429;

    if (is_refused || ++event->tries == CRASHFREE_EVENTS_TRIES) {
        crashfree_events_drop(events, slot,
                              status < 100 ? CRASHFREE_EVENT_NETWORK_ERROR
                                           : CRASHFREE_EVENT_SEND_ERROR);
        return true;
    }
    event->earliest = now + (CF_RETRY_FIRST_MS << (event->tries - 1));
    return false;
}

double crashfree_events_wait(const crashfree_events *events, double now) {
    const int slot = oldest(events);

    return slot < 0 ? -1 : wait_of(events, slot, now);
}

uint32_t crashfree_events_take_losses(crashfree_events *events, crashfree_event_loss reason) {
    if ((unsigned)reason >= CRASHFREE_EVENT_LOSSES) {
        return 0;
    }
    const uint32_t count = events->losses[reason];

    events->losses[reason] = 0;
    return count;
}
