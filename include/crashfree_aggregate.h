/*
 * crashfree for servers: sessions of requests, added up.
 *
 * A server has a session for each request that it answers. They are not sent one by one: how many
 * ended in which way is counted by the minute, and the counts are sent together (protocol 2). An
 * aggregate holds the counts of one release until the server has taken them, and says what goes out,
 * when it may, and what an answer means. The conventions are those of crashfree.h; the host passes
 * the time to each call that needs it, as two numbers: `now` is the wall clock, which may jump, and
 * `monotonic` a clock that never goes back.
 *
 *   crashfree_aggregate *aggregate = crashfree_aggregate_init(malloc(crashfree_aggregate_size()));
 *   crashfree_aggregate_set_text(aggregate, CRASHFREE_OPTION_DSN, dsn, strlen(dsn));
 *   crashfree_aggregate_set_text(aggregate, CRASHFREE_OPTION_RELEASE, release, strlen(release));
 *   crashfree_aggregate_count(aggregate, CRASHFREE_AGGREGATE_EXITED, 1, now, monotonic);
 *   size_t length;
 *   const char *body = crashfree_aggregate_send(aggregate, false, now, monotonic, &length);
 *   if (body != NULL) {
 *       post(crashfree_aggregate_url(aggregate), body, length);
 *   }
 *   // later, with the answer
 *   crashfree_aggregate_respond(aggregate, 200, "", 0, -1, monotonic);
 */
#ifndef CRASHFREE_AGGREGATE_H
#define CRASHFREE_AGGREGATE_H

#include "crashfree.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Minutes that are kept while the server cannot be reached: those of a day. When there are more, the
 * oldest are given up and count as `queue_overflow`. */
#define CRASHFREE_AGGREGATE_MINUTES_MAX 1440
/* Most minutes in one item (protocol 2). */
#define CRASHFREE_AGGREGATE_ITEM_MAX 100

/* How the session of a request ends. */
typedef enum crashfree_aggregate_end {
    CRASHFREE_AGGREGATE_EXITED = 0,  /* without an error, whatever its answer was */
    CRASHFREE_AGGREGATE_ERRORED = 1, /* with an error that somebody handled */
    CRASHFREE_AGGREGATE_CRASHED = 2, /* with an error that nobody handled */
    CRASHFREE_AGGREGATE_ENDS = 3     /* how many there are, no end */
} crashfree_aggregate_end;

typedef struct crashfree_aggregate crashfree_aggregate;

/* Bytes that an aggregate takes, about 300 KB; the memory must be aligned as for malloc. */
size_t crashfree_aggregate_size(void);

/* Makes an empty aggregate in `memory`, which has crashfree_aggregate_size() bytes and belongs to
 * the caller. */
crashfree_aggregate *crashfree_aggregate_init(void *memory);

/*
 * Sets the DSN, the release, the environment or the tunnel. Returns false if the text is not valid:
 * a DSN, release or tunnel then shows in crashfree_aggregate_status, an environment is left out.
 */
bool crashfree_aggregate_set_text(crashfree_aggregate *aggregate, crashfree_option option,
                                  const char *text, size_t length);

/* Whether anything may be sent now and, if not, why: an option that is missing or invalid, or
 * CRASHFREE_STATUS_RATE_LIMITED. */
crashfree_status crashfree_aggregate_status(const crashfree_aggregate *aggregate, double monotonic);

/* Counts `sessions` that end now in the same way; with any other `end` it does nothing. */
void crashfree_aggregate_count(crashfree_aggregate *aggregate, crashfree_aggregate_end end,
                               uint32_t sessions, double now, double monotonic);

/* How many sessions wait for the server, those on their way to it included. */
double crashfree_aggregate_waiting(const crashfree_aggregate *aggregate);

/*
 * Returns the envelope to send now and its length, or NULL if there is nothing to send, if a rate
 * limit forbids it, or if the answer to the one before has not been told yet. The text is valid until
 * the next call of this function. With `last` losses are told even if nothing else is to be: after
 * it the process may end.
 */
const char *crashfree_aggregate_send(crashfree_aggregate *aggregate, bool last, double now,
                                     double monotonic, size_t *length);

/* Where envelopes go, with a NUL behind it: the tunnel, else what the DSN stands for. */
const char *crashfree_aggregate_url(const crashfree_aggregate *aggregate);

/*
 * The answer to what crashfree_aggregate_send returned last: `status` is the HTTP status, or 0 if there
 * was none; the others are as in crashfree_respond. Returns whether it was delivered. What was not is
 * kept and merged with what was counted since; what the server refuses for what it is, is given up
 * after CRASHFREE_REFUSALS_MAX answers.
 */
bool crashfree_aggregate_respond(crashfree_aggregate *aggregate, int status, const char *limits,
                                 size_t limits_length, double retry_after, double monotonic);

/* Sessions given up since crashfree_aggregate_init for a reason of crashfree_counter; 0 for other
 * counters. */
uint32_t crashfree_aggregate_lost(const crashfree_aggregate *aggregate, crashfree_counter reason);

#ifdef __cplusplus
}
#endif

#endif
