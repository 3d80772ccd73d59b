/* What an answer means, and when the next request is made after it (protocol 5). */
#include "delivery.h"
#include "queue.h"
#include "timing.h"

_Static_assert((CF_DOUBTFUL & CF_REQUEST_OPAQUE) != 0, "what is in doubt is so in either mode");

/* Whether what a session notes of one of its facts is this request, in whichever mode it was made. */
static bool is_noted(uint32_t noted, uint32_t request) {
    return noted == request || noted == (request | CF_REQUEST_OPAQUE);
}

/*
 * Notes what has become of the facts that `request` carried, or that are in doubt if it is
 * CF_DOUBTFUL. `refused` says that the server does not want them as they are. Returns whether there
 * were any.
 */
static bool book(crashfree *client, uint32_t request, uint32_t outcome, bool refused) {
    bool any = false;

    for (cf_session *session = client->sessions; session < client->sessions_end; session++) {
        bool carried = false;

        if (is_noted(session->init_request, request)) {
            session->init_request = outcome;
            client->counters[CRASHFREE_COUNT_ACCEPTED] += outcome == CF_TAKEN;
            carried = true;
        }
        if (is_noted(session->update_request, request)) {
            session->update_request = outcome;
            carried = true;
        }
        any |= carried;
        if (carried && refused) {
            session->refused = true;
            if (++session->refusals == CRASHFREE_REFUSALS_MAX) {
                cf_queue_drop(client, session, CRASHFREE_COUNT_SEND_ERROR);
            }
        }
    }
    cf_queue_forget_settled(client);
    return any;
}

/* There was no answer: the network may have failed, or the answer may not be for us to read. */
static void take_none(crashfree *client, uint32_t request, bool is_probe) {
    if (client->page_ends) {
        return;
    }
    /* That a server was reached is seen where its answer is not to be read. */
    const bool is_failure =
        book(client, request | CF_REQUEST_OPAQUE, CF_UNSENT, false) || client->readable;

    client->readable = false;
    (void)book(client, request, is_failure ? CF_UNSENT : CF_DOUBTFUL, false);
    if (is_failure) {
        cf_delivery_back_off(client);
    } else if (!is_probe && client->probe == 0 && client->failures == 0) {
        /* Which it was can be found out at once. */
        client->probe_at = client->monotonic;
        cf_delivery_wake_in(client, 0);
    } else {
        cf_delivery_arrange_probe(client);
    }
}

/* The server was reached and its answer cannot be read. */
static void take_opaque(crashfree *client, uint32_t request, bool is_probe) {
    /* A probe that another has replaced says nothing. */
    if (book(client, request, CF_TAKEN, false) || is_probe) {
        client->foreign = false;
        client->failures = 0;
    }
    if (is_probe) {
        client->unreadable = true;
        (void)book(client, CF_DOUBTFUL, CF_TAKEN, false);
    }
    cf_delivery_arrange_probe(client);
}

static void take_status(crashfree *client, uint32_t request, bool is_probe, int status,
                        bool limited) {
    const bool delivered = cf_ratelimit_delivered(status, limited);
    const bool was_in_doubt = cf_queue_has_doubts(client);

    client->readable = true;
    client->unreadable = false;
    client->foreign = false;
    (void)book(client, request, delivered ? CF_TAKEN : CF_UNSENT, !delivered && status != 429);
    /* Also what was dropped meanwhile: a probe that is answered later says nothing of it any more. */
    (void)book(client, CF_DOUBTFUL, CF_UNSENT, false);
    if (status == 429 && limited && client->limits.items <= client->monotonic) {
        /* Who limits is there, so this goes on, but limits of no time must not make it a storm. */
        if (client->failures >= CF_RETRIES_MAX) {
            client->failures = CF_RETRIES_MAX - 1;
        }
        cf_delivery_back_off(client);
        return;
    }
    if (!is_probe) {
        client->failures = 0;
    }
    if (cf_queue_has_news(client, false)) {
        cf_delivery_wake_in(client, was_in_doubt ? 0 : CF_RETRY_FIRST_MS);
    }
}

void crashfree_respond(crashfree *client, uint32_t request, int status, const char *limits,
                       size_t limits_length, double retry_after) {
    if (request == CF_UNSENT || request > client->last_request) {
        return;
    }
    const bool is_probe = request == client->probe;

    cf_state_look_at_clocks(client);
    if (is_probe) {
        client->probe = 0;
    }
    switch (status) {
    case CRASHFREE_ANSWER_NONE:
        take_none(client, request, is_probe);
        break;
    case CRASHFREE_ANSWER_CUT:
        /* Many are on their way, and most likely it never left. */
        (void)book(client, request, CF_UNSENT, false);
        cf_delivery_back_off(client);
        break;
    case CRASHFREE_ANSWER_OPAQUE:
        take_opaque(client, request, is_probe);
        break;
    case CRASHFREE_ANSWER_FOREIGN:
        client->foreign = true;
        client->counters[CRASHFREE_COUNT_FOREIGN_ANSWERS]++;
        (void)book(client, request, CF_UNSENT, false);
        cf_delivery_back_off(client);
        break;
    default:
        take_status(client, request, is_probe, status,
                    cf_ratelimit_update(&client->limits, "session", client->monotonic, status,
                                        limits, limits_length, retry_after));
    }
}
