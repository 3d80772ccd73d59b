/* One session: its state, and what of it the server knows. */
#ifndef CF_SESSION_H
#define CF_SESSION_H

#include "crashfree.h"

#include <stdbool.h>
#include <stdint.h>

/* Random bytes that make a session's id. */
#define CF_SID_BYTES (CRASHFREE_SID_LENGTH / 2)

/* In place of the number of a request, which is none of these. */
#define CF_UNSENT 0
#define CF_TAKEN UINT32_MAX
#define CF_DOUBTFUL (UINT32_MAX - 1) /* it left, and no answer came: it may have arrived */

/* Finer than any clock of a page. */
#define CF_SESSION_TICK_MS 0.001

/* A session counts no more errors than its record has digits for. */
#define CF_SESSION_ERRORS_MAX 999999999U

/* Added, in a session, to the number of a request that was made in CRASHFREE_FETCH_OPAQUE mode. */
#define CF_REQUEST_OPAQUE 0x80000000U

/*
 * Two facts of a session have to reach the server, each once: that it began (`init`, which the
 * server never de-duplicates) and how it went (a final status adds to a plain counter). Each is not
 * sent, on its way in a request, in doubt, or taken.
 */
typedef struct cf_session {
    double started;        /* wall time */
    double began;          /* the same moment on the monotonic clock */
    double changed;        /* monotonic: the last fact; of a session that is not running its end */
    uint32_t init_request; /* the request that carries `init`, or one of the above */
    uint32_t update_request; /* that of the present state; CF_TAKEN if `init` says it all */
    uint32_t errors;
    crashfree_session_status status;
    bool refused; /* by an answer that is final until the state changes */
    uint8_t refusals;
    bool sampled;
    bool discarded; /* the server is not to learn of it (any more) */
    bool killed;    /* its page was, while people saw it: why an end is abnormal */
    bool cleared;   /* for the request that is being made: by before_send, where it is asked */
    char sid[CRASHFREE_SID_LENGTH + 1];
    char did[CRASHFREE_USER_ID_MAX + 1]; /* empty: nobody */
} cf_session;

/* Begins a session, in which nothing is yet, at the moment `at` of the monotonic clock, `started` on
 * the wall. Its id comes from random bytes, which are changed, and decides whether it is in the
 * sample. */
void cf_session_begin(cf_session *session, unsigned char random[CF_SID_BYTES], double sample_rate,
                      double started, double at);

/* Identifies the user of a session that has none; returns whether the server has to know. `did` has
 * the size of the member. */
bool cf_session_identify(cf_session *session, const char *did, double at);

/* Counts an error; returns whether the server has to know. */
bool cf_session_error(cf_session *session, double at);

/* Ends a session. */
void cf_session_end(cf_session *session, crashfree_session_status status, double at);

static inline bool cf_session_is_running(const cf_session *session) {
    return session->status == CRASHFREE_SESSION_OK;
}

/* Whether the next request has to carry the session. */
static inline bool cf_session_is_due(const cf_session *session) {
    return !session->discarded &&
           (session->init_request == CF_UNSENT || session->update_request == CF_UNSENT);
}

/* Whether something of the session left without an answer. */
static inline bool cf_session_is_doubtful(const cf_session *session) {
    return !session->discarded &&
           (session->init_request == CF_DOUBTFUL || session->update_request == CF_DOUBTFUL);
}

/* Whether nothing of the session has to reach the server any more. */
static inline bool cf_session_is_settled(const cf_session *session) {
    return session->discarded ||
           (session->init_request == CF_TAKEN && session->update_request == CF_TAKEN);
}

/*
 * The status for the next item. A final one goes out once: where only `init` is to be repeated, the
 * item says `ok`, which adds nothing else (protocol 3.2).
 */
static inline crashfree_session_status cf_session_wire_status(const cf_session *session) {
    return session->update_request == CF_UNSENT ? session->status : CRASHFREE_SESSION_OK;
}

/* The wall time of the last fact. */
static inline double cf_session_timestamp(const cf_session *session) {
    return session->started + (session->changed - session->began);
}

/* The moment before the session, and before any that a clock of a page could tell. */
static inline double cf_session_just_before(const cf_session *session) {
    return session->began - CF_SESSION_TICK_MS;
}

#endif
