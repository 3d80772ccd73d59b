/* Sessions that ended, counted by the minute, and what is lost of them. */
#ifndef CF_MINUTES_H
#define CF_MINUTES_H

#include "crashfree_aggregate.h"
#include "envelope.h"

/* Minutes that may begin while all others are on their way; an answer comes sooner. */
#define CF_MINUTES_SPARE 8
#define CF_MINUTES_CAPACITY (CRASHFREE_AGGREGATE_MINUTES_MAX + CF_MINUTES_SPARE)

typedef struct cf_minute {
    double started; /* the whole minute, in wall time */
    double began;   /* when the first of its sessions ended, on the clock that does not jump */
    uint32_t ended[CRASHFREE_AGGREGATE_ENDS]; /* the sum has 32 bits, as it has on the server */
    uint32_t refusals;
    bool on_its_way;
} cf_minute;

typedef struct cf_minutes {
    uint32_t lost[CF_LOSSES];       /* by reason, since the beginning */
    uint32_t unreported[CF_LOSSES]; /* those that no client report has told yet */
    size_t count;
    /* In the order of time. One that is on its way may be followed by another of the same minute. */
    cf_minute list[CF_MINUTES_CAPACITY];
} cf_minutes;

/* Sessions of a minute, in all ways to end. */
uint32_t cf_minute_sessions(const cf_minute *minute);

/* Counts sessions that end at `now`, which is `monotonic` on the other clock. */
void cf_minutes_count(cf_minutes *minutes, crashfree_aggregate_end end, uint32_t sessions,
                      double now, double monotonic);

/*
 * Readies what waits for the server, which drops what it takes to be too old or in the future: gives
 * up what is too old by the clock that does not jump, and moves what only seems so, as the wall clock
 * was set, to when it was by today's.
 */
void cf_minutes_date(cf_minutes *minutes, double now, double monotonic);

/* Forgets those on their way, which the server has taken. */
void cf_minutes_settle(cf_minutes *minutes);

/* Keeps those on their way for another try, unless the server has refused them too often. */
void cf_minutes_return(cf_minutes *minutes, bool refused);

#endif
