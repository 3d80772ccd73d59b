/*
 * crashfree: how error events leave a page.
 *
 * An event tells what crashed; a session tells that something did. The host writes the text of each
 * event and keeps it, this decides what becomes of it: whether it is kept at all, which request it
 * travels with, what an answer means, when to try again and when to give up. Sessions go their own
 * way: no limit, loss or answer of an event touches one. The conventions are those of crashfree.h;
 * `now` is the host's monotonic clock, which is taken as it is here: after a jump ahead events leave
 * early, after one back they wait until it is made up for.
 *
 *   int slot = crashfree_events_add(events, error, draw, now);          // keep the text there
 *   slot = crashfree_events_take(events, false, now);                   // put it into a request
 *   crashfree_events_respond(events, slot, 200, "", 0, -1, now);        // the slot is free again
 */
#ifndef CRASHFREE_EVENTS_H
#define CRASHFREE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Events that are kept until the server has taken them. */
#define CRASHFREE_EVENTS_MAX 20
/* Most events in a minute, unless the host says otherwise: a page in a storm says nothing new. */
#define CRASHFREE_EVENTS_PER_MINUTE 30
/* Different errors that are remembered, so that each is told once in a session. */
#define CRASHFREE_EVENTS_REMEMBERED 64
/* Number of reasons in crashfree_event_loss. */
#define CRASHFREE_EVENT_LOSSES 7
/* Bytes of an X-Sentry-Rate-Limits that a page reads; Relay's have a few dozen. */
#define CRASHFREE_EVENTS_LIMITS_MAX 1024
/* Requests in vain before an event is given up; an answer that refuses it (4xx but 429) is final. A 429
 * is in vain only if its limit is over at once: any other holds the event back. */
#define CRASHFREE_EVENTS_TRIES 4

/* Why an event does not reach the server, by the reasons of client reports (protocol 5.2). */
typedef enum crashfree_event_loss {
    CRASHFREE_EVENT_QUEUE_OVERFLOW = 0,
    CRASHFREE_EVENT_RATELIMIT_BACKOFF = 1, /* the page ended within a limit of category `error` */
    CRASHFREE_EVENT_NETWORK_ERROR = 2,
    CRASHFREE_EVENT_SEND_ERROR = 3, /* the server refused it */
    CRASHFREE_EVENT_SAMPLE_RATE = 4,
    CRASHFREE_EVENT_BEFORE_SEND = 5,
    CRASHFREE_EVENT_BACKPRESSURE = 6 /* more than the limit per minute */
} crashfree_event_loss;

/* What crashfree_events_add returns if the event is not kept. */
typedef enum crashfree_event_verdict {
    CRASHFREE_EVENT_VERDICT_LOST = 100,    /* counted by its reason */
    CRASHFREE_EVENT_VERDICT_REPEATED = 101 /* the session has told of this error: nothing is lost */
} crashfree_event_verdict;

typedef struct crashfree_events crashfree_events;

/* Bytes that a crashfree_events takes; the memory must be aligned as for malloc. */
size_t crashfree_events_size(void);

/*
 * Makes an empty crashfree_events in `memory`, which has crashfree_events_size() bytes and belongs to the
 * caller. `sample_rate` is the share of events that are kept, from 0 to 1; `per_minute` the most in a
 * minute, 0 for no limit. A host without a wish of its own gives 1 and CRASHFREE_EVENTS_PER_MINUTE.
 */
crashfree_events *crashfree_events_init(void *memory, double sample_rate, double per_minute);

/*
 * An error that counts: `error` is a hash, not 0, of what it says and of its session's id. `draw` is a
 * random number from 0 to 1 (without 1). Returns the slot in which the host keeps the text, from 0 to
 * CRASHFREE_EVENTS_MAX - 1, or a crashfree_event_verdict.
 */
int crashfree_events_add(crashfree_events *events, uint32_t error, double draw, double now);

/* The host threw the text of a slot away: `reason` counts it, and the slot is free. With a slot that is
 * free already, or a number that is no slot or no reason, it does nothing. */
void crashfree_events_drop(crashfree_events *events, int slot, crashfree_event_loss reason);

/* So many errors were lost for a reason before the host could add them. */
void crashfree_events_lose(crashfree_events *events, crashfree_event_loss reason, uint32_t count);

/*
 * The slot of the event that may travel with the next request, or -1. A request takes one. With `last`
 * the page is ending: what a limit holds back is counted as lost.
 */
int crashfree_events_take(crashfree_events *events, bool last, double now);

/*
 * The answer to a request that took the event of `slot`, or none if that is -1, in the words of
 * crashfree_respond. Returns whether the slot is free from now on. A limit that does not name `error` is none.
 */
bool crashfree_events_respond(crashfree_events *events, int slot, int status, const char *limits,
                              size_t limits_length, double retry_after, double now);

/* Milliseconds until an event could leave, 0 for now; negative if none waits. */
double crashfree_events_wait(const crashfree_events *events, double now);

/* How many were lost for a reason since the last call: what a client report says. */
uint32_t crashfree_events_take_losses(crashfree_events *events, crashfree_event_loss reason);

#ifdef __cplusplus
}
#endif

#endif
