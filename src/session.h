/* One session: its state, and what of it the server knows. */
#ifndef CF_SESSION_H
#define CF_SESSION_H

#include "crashfree.h"

#include <stdbool.h>
#include <stdint.h>

#define CF_SID_LENGTH 32

/*
 * Two facts of a session have to reach the server, each once: that it began (`init`, which it never
 * de-duplicates) and how it went (a final status adds to a plain counter). Each is either not sent,
 * on its way in a request, or taken.
 */
typedef struct cf_session {
    char sid[CF_SID_LENGTH + 1];
    char did[CRASHFREE_USER_ID_MAX + 1]; /* empty: nobody */
    double started;                      /* wall time */
    double began;                        /* the same moment on the monotonic clock */
    uint32_t errors;
    crashfree_session_status status;
    uint32_t init_request;   /* the request that carries `init`, or 0 */
    uint32_t update_request; /* the request that carries the present state, or 0 */
    bool announced;          /* `init` was taken */
    bool updated;            /* the present state was taken, or says nothing beyond `init` */
    bool refused;            /* by an answer that is final until the state changes */
    uint8_t refusals;
    bool sampled;
    bool discarded; /* by before_send */
    bool cleared;   /* for the request that is being made: by before_send, where it is asked */
} cf_session;

/* Begins a session now, with a fresh random id that also decides whether it is in the sample. */
void cf_session_begin(cf_session *session, const crashfree *client, double sample_rate);

/* Takes the id from the first CF_SID_LENGTH bytes of `text`; returns false if it is none. */
bool cf_session_set_sid(cf_session *session, const char *text, size_t length);

/* Identifies the user of a session that has none; `did` has the size of the member. */
void cf_session_identify(cf_session *session, const char *did);

/* Counts an error; returns whether the server has to know. */
bool cf_session_error(cf_session *session);

/* Ends a running session. */
void cf_session_end(cf_session *session, crashfree_session_status status);

static inline bool cf_session_is_running(const cf_session *session) {
    return session->status == CRASHFREE_OK;
}

/* Whether `init` is neither taken nor on its way. */
static inline bool cf_session_needs_init(const cf_session *session) {
    return !session->announced && session->init_request == 0;
}

/* Whether the present state is neither taken nor on its way. */
static inline bool cf_session_needs_update(const cf_session *session) {
    return !session->updated && session->update_request == 0;
}

/* Whether the server is not to learn of the session (any more). */
static inline bool cf_session_is_discarded(const cf_session *session) {
    return !session->sampled || session->discarded;
}

/* Whether the next request has to carry the session. */
static inline bool cf_session_is_due(const cf_session *session) {
    return !cf_session_is_discarded(session) &&
           (cf_session_needs_init(session) || cf_session_needs_update(session));
}

/* Whether nothing of the session has to reach the server any more. */
static inline bool cf_session_is_settled(const cf_session *session) {
    return cf_session_is_discarded(session) || (session->announced && session->updated);
}

/*
 * The status for the next item. A final one goes out once: where only `init` is to be repeated, the
 * item says `ok`, which adds nothing else (protocol 3.2).
 */
static inline crashfree_session_status cf_session_wire_status(const cf_session *session) {
    return cf_session_needs_update(session) ? session->status : CRASHFREE_OK;
}

#endif
