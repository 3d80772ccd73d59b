#include "running.h"

#include "delivery.h"
#include "digest.h"
#include "host.h"
#include "timing.h"

#include <string.h>

cf_session *cf_running(crashfree *client) {
    cf_session *session = cf_queue_present(client);

    return !client->closed && session != NULL && cf_session_is_running(session) ? session : NULL;
}

double cf_running_moment(crashfree *client, double told) {
    const cf_session *const present = cf_queue_present(client);

    cf_state_look_at_clocks(client);
    const double earliest =
        present != NULL ? present->changed
                        : client->monotonic - (CRASHFREE_AGE_MAX_MS - CRASHFREE_AGE_MARGIN_MS);

    if (!(told <= client->monotonic)) {
        return client->monotonic;
    }
    return told < earliest ? earliest : told;
}

/* Whether the limit per minute leaves room for one more session. */
static bool below_limit(crashfree *client, double at) {
    const uint32_t most = client->number[CRASHFREE_OPTION_PER_MINUTE];

    if (at - client->minute >= CF_MINUTE_MS) {
        client->minute = at;
        client->opened = 0;
    }
    client->too_many = most > 0 && client->opened >= most;
    return !client->too_many;
}

/* Bytes for a session whose host gives none, or always the same: from the time and the number of the
 * session. */
static void improvise(const crashfree *client, unsigned char random[CF_SID_BYTES]) {
    cf_digest digest;

    cf_digest_begin(&digest);
    cf_digest_add(&digest, &client->now, sizeof client->now);
    cf_digest_add(&digest, &client->monotonic, sizeof client->monotonic);
    cf_digest_add(&digest, client->counters, sizeof client->counters);
    memcpy(random, digest.bytes, CF_SID_BYTES);
}

static void open_session(crashfree *client, double at) {
    const cf_session *const present = cf_queue_present(client);

    client->predecessor_until = at;
    if (present != NULL) {
        client->predecessor_until = present->status == CRASHFREE_SESSION_EXITED
                                        ? present->changed
                                        : cf_session_just_before(present);
    }
    cf_session *const session = cf_queue_add(client);
    unsigned char random[CF_SID_BYTES] = {0};

    client->opened++;
    client->counters[CRASHFREE_COUNT_STARTED]++;
    cf_host_random(client, random, sizeof random);
    if (memcmp(random, client->random, sizeof random) == 0) {
        improvise(client, random);
    } else {
        memcpy(client->random, random, sizeof random);
    }
    cf_session_begin(session, random, client->sample_rate, client->now - (client->monotonic - at),
                     at);
    memcpy(session->did, client->did, sizeof session->did);
    if (!session->sampled) {
        cf_state_lose(client, CRASHFREE_COUNT_SAMPLE_RATE);
    }
}

void cf_running_start(crashfree *client, bool announce, double at) {
    if (client->closed || cf_destination_status(&client->destination) != CRASHFREE_STATUS_ACTIVE) {
        return;
    }
    if (cf_state_consent(client) == CRASHFREE_CONSENT_DENIED) {
        client->start_on_grant = true;
        return;
    }
    cf_session *const session = cf_running(client);

    if (session != NULL) {
        cf_session_end(session, CRASHFREE_SESSION_EXITED, at);
    }
    if (cf_state_consent(client) == CRASHFREE_CONSENT_PENDING) {
        client->sessions_end = client->sessions;
    }
    if (below_limit(client, at)) {
        open_session(client, at);
    } else {
        cf_state_lose(client, CRASHFREE_COUNT_BACKPRESSURE);
    }
    if (announce) {
        cf_delivery_send(client, CF_OCCASION_EVENT);
    } else {
        const double since = client->monotonic - at;

        cf_delivery_wake_in(client, since < CRASHFREE_FIRST_SEND_MS
                                        ? CRASHFREE_FIRST_SEND_MS - (uint32_t)since
                                        : 0);
    }
}

cf_session *cf_running_fresh(crashfree *client, double at) {
    const cf_session *const session = cf_running(client);

    if (session != NULL && cf_state_is_too_old(client, session->began)) {
        cf_running_start(client, false, at);
    }
    return cf_running(client);
}
