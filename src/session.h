/* One session: its state, and what of it the server knows. */
#ifndef CF_SESSION_H
#define CF_SESSION_H

#include "crashfree.h"

#include <stdbool.h>
#include <stdint.h>

#define CF_SID_LENGTH 32

/* In place of the number of a request, which is neither. */
#define CF_UNSENT 0
#define CF_TAKEN UINT32_MAX

/*
 * Two facts of a session have to reach the server, each once: that it began (`init`, which it never
 * de-duplicates) and how it went (a final status adds to a plain counter). Each is not sent, on its
 * way in a request, or taken.
 */
typedef struct cf_session {
    uint32_t init;   /* the request that carries `init`, CF_UNSENT or CF_TAKEN */
    uint32_t update; /* the same for the present state; taken if it says nothing beyond `init` */
    uint32_t errors;
    crashfree_session_status status;
    bool refused; /* by an answer that is final until the state changes */
    uint8_t refusals;
    bool sampled;
    bool discarded; /* the server is not to learn of it (any more) */
    bool cleared;   /* for the request that is being made: by before_send, where it is asked */
    double started; /* wall time */
    double began;   /* the same moment on the monotonic clock */
    char sid[CF_SID_LENGTH + 1];
    char did[CRASHFREE_USER_ID_MAX + 1]; /* empty: nobody */
} cf_session;

/* Begins a session now, with a fresh random id that also decides whether it is in the sample. */
void cf_session_begin(cf_session *session, const crashfree *client, double sample_rate);

/* Identifies the user of a session that has none; returns whether the server has to know. `did` has
 * the size of the member. */
bool cf_session_identify(cf_session *session, const char *did);

/* Counts an error; returns whether the server has to know. */
bool cf_session_error(cf_session *session);

/* Ends a running session. */
void cf_session_end(cf_session *session, crashfree_session_status status);

static inline bool cf_session_is_running(const cf_session *session) {
    return session->status == CRASHFREE_OK;
}

/* Whether the next request has to carry the session. */
static inline bool cf_session_is_due(const cf_session *session) {
    return !session->discarded && (session->init == CF_UNSENT || session->update == CF_UNSENT);
}

/* Whether nothing of the session has to reach the server any more. */
static inline bool cf_session_is_settled(const cf_session *session) {
    return session->discarded || (session->init == CF_TAKEN && session->update == CF_TAKEN);
}

/*
 * The status for the next item. A final one goes out once: where only `init` is to be repeated, the
 * item says `ok`, which adds nothing else (protocol 3.2).
 */
static inline crashfree_session_status cf_session_wire_status(const cf_session *session) {
    return session->update == CF_UNSENT ? session->status : CRASHFREE_OK;
}

#endif
