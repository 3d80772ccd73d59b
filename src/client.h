/* The state of a client, shared by client.c (options and page events) and transport.c (delivery).
 */
#ifndef CF_CLIENT_H
#define CF_CLIENT_H

#include "crashfree.h"
#include "dsn.h"
#include "envelope.h"
#include "ratelimit.h"
#include "session.h"

#include <stdbool.h>
#include <stdint.h>

struct crashfree {
    /* Numbers first and long arrays last: near members take fewer bytes of code to reach. */
    double sample_rate;
    double wake_at; /* monotonic; 0: no timer */
    double minute;  /* when the minute began in which `opened` counts, monotonic */
    cf_ratelimit limits;
    uint32_t number[CRASHFREE_OPTIONS]; /* the options that are whole numbers */
    crashfree_status dsn_status;        /* CRASHFREE_ACTIVE, or why there is no valid one */
    crashfree_status release_status;
    uint32_t last_request;
    uint32_t opened;
    unsigned failures; /* requests without an answer since the last answer */
    cf_session *end;   /* behind the last of `sessions` */
    bool tunnel_invalid;
    bool closed;
    bool start_on_grant; /* a session was due while consent was denied */
    bool too_many;
    bool ended;     /* the page is ending: an answer can no longer be told from a cut connection */
    bool busy;      /* within host->before_send */
    uint8_t jitter; /* random, of the last retry */
    uint8_t losses; /* CF_LOSS of all that is in `unreported` */
    uint32_t counters[CRASHFREE_COUNTERS];
    uint32_t unreported[CRASHFREE_COUNTERS]; /* losses that no client report has told yet */
    crashfree_host host;

    cf_dsn dsn;
    char tunnel[CRASHFREE_URL_MAX + 1];
    cf_attributes attributes;
    char did[CRASHFREE_USER_ID_MAX + 1];

    /* In order of their start. The last one is the present session, running or ended; the others
     * have ended and stay until they are settled. */
    cf_session sessions[CRASHFREE_SESSIONS_MAX];
    cf_envelope envelope;
};

/* The present session, or NULL. */
static inline cf_session *cf_client_session(crashfree *client) {
    return client->end > client->sessions ? client->end - 1 : NULL;
}

/* What the losses are that a client report would tell. Sampling is a wish, not a loss: it is not
 * worth a request of its own. */
#define CF_LOSS_SAMPLE 1
#define CF_LOSS_OTHER 2

/* Counts a loss, and for the next client report, too. */
void cf_client_lose(crashfree *client, crashfree_counter reason);

/* Whether options and consent allow sending. */
bool cf_client_may_send(const crashfree *client);

#endif
