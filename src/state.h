/*
 * The state of a client, and what every layer above needs to know of it. Above it stand the queue of
 * sessions, delivery, snapshots and, on top, the client's functions; none of these calls upwards.
 */
#ifndef CF_STATE_H
#define CF_STATE_H

#include "crashfree.h"
#include "destination.h"
#include "ratelimit.h"
#include "session.h"

#include <stdbool.h>
#include <stdint.h>

struct crashfree {
    /* Numbers first and long arrays last: near members take fewer bytes of code to reach. */
    double now;       /* wall time of the call that runs; see cf_state_look_at_clocks */
    double monotonic; /* the same moment on the other clock */
    double sample_rate;
    double wake_at;  /* monotonic; 0: no timer */
    double probe_at; /* monotonic: no probe before */
    /* Monotonic: the session before the present one takes no later error. */
    double predecessor_until;
    double minute; /* monotonic: when the minute began in which `opened` counts */
    cf_ratelimit limits;
    uint32_t number[CRASHFREE_OPTIONS]; /* the options that are whole numbers */
    uint32_t last_request;
    uint32_t opened;
    unsigned failures;        /* requests that came to nothing since the last that did not */
    uint32_t probe;           /* the last request without items; 0: it was answered */
    cf_session *sessions_end; /* behind the last of `sessions` */
    bool closed;
    bool start_on_grant; /* a session was due while consent was denied */
    bool too_many;
    bool page_ends;  /* the page is ending: an answer can no longer be told from a cut connection */
    bool busy;       /* within host->before_send */
    bool readable;   /* the last answer could be read */
    bool unreadable; /* requests arrive, and their answers cannot be read */
    bool foreign;    /* somebody else answered last */
    uint32_t counters[CRASHFREE_COUNTERS];
    uint32_t unreported[CRASHFREE_COUNTERS]; /* losses that no client report has told yet */
    crashfree_host host;
    unsigned char random[CF_SID_BYTES]; /* that the host gave for the last session's id */

    cf_destination destination;
    char did[CRASHFREE_USER_ID_MAX + 1];

    /* In the order of their start. The last one is the present session, running or ended; the
     * others have ended and stay until they are settled. */
    cf_session sessions[CRASHFREE_SESSIONS_MAX];
    cf_envelope envelope;
};

/* What the monotonic clock says, as the function below notes it. */
double cf_state_monotonic(const crashfree *client);

/*
 * Notes what time it is; every call from outside begins with it. A wall clock that gives no time of
 * the years 1970 to 9999 is taken to be at the epoch, which the server corrects by `sent_at`; the
 * other one stands still rather than go back or beyond all measure.
 */
void cf_state_look_at_clocks(crashfree *client);

/* The consent that the option gives. */
crashfree_consent cf_state_consent(const crashfree *client);

/* Whether options and consent allow sending. */
bool cf_state_may_send(const crashfree *client);

/* Whether something of the moment `at`, on the monotonic clock, is too old for the server. */
bool cf_state_is_too_old(const crashfree *client, double at);

/* Counts a loss, and for the next client report, too. */
void cf_state_lose(crashfree *client, crashfree_counter reason);

#endif
