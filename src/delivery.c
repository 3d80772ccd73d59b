#include "delivery.h"

#include "host.h"
#include "queue.h"

#include <string.h>

/* First wait after a request without an answer; it doubles each time, up to 4 min 16 s. */
#define RETRY_FIRST_MS 2000U
/* Requests without an answer in a row, after which only an event of the page tries again. */
#define RETRIES_MAX 8
/* Digits of a sid that tell the sessions of one client apart. */
#define SID_ENOUGH 8
/* Answers that refuse an item before it is given up. */
#define REFUSALS_MAX 3

void cf_delivery_wake_in(crashfree *client, uint32_t delay) {
    const double at = client->monotonic + delay;

    if (client->wake_at == 0 || at < client->wake_at) {
        client->wake_at = at;
        cf_host_wake(client, delay);
    }
}

void crashfree_wake(crashfree *client) {
    cf_state_look_at_clocks(client);
    client->wake_at = 0;
    cf_delivery_send(client, CF_EVENT);
}

/* Lets the host discard sessions. It may call back and so move them in the list; those that this
 * passes over are left for the next request. */
static void ask_host(crashfree *client) {
    cf_envelope *const envelope = &client->envelope;

    client->busy = true;
    for (cf_session *session = cf_queue_next_due(client, client->sessions); session != NULL;
         session = cf_queue_next_due(client, session + 1)) {
        char id[SID_ENOUGH];
        const size_t length =
            cf_envelope_session_json(envelope, envelope->text, sizeof envelope->text, session,
                                     &client->attributes, client->now);

        memcpy(id, session->sid, sizeof id);
        session->cleared = true;
        if (cf_host_before_send(client, envelope->text, length)) {
            continue;
        }
        for (cf_session *same = client->sessions; same < client->end; same++) {
            if (memcmp(same->sid, id, sizeof id) == 0) {
                cf_queue_drop(client, same, CRASHFREE_COUNT_BEFORE_SEND);
            }
        }
    }
    client->busy = false;
}

/* Puts the sessions that are due into the envelope. Returns whether all could be. */
static bool add_sessions(crashfree *client, uint32_t request) {
    bool all = true;

    for (cf_session *session = cf_queue_next_due(client, client->sessions); session != NULL;
         session = cf_queue_next_due(client, session + 1)) {
        if (!session->cleared || !cf_envelope_add_session(&client->envelope, session,
                                                          &client->attributes, client->now)) {
            all = false;
            continue;
        }
        if (session->init_request == CF_UNSENT) {
            session->init_request = request;
        }
        if (session->update_request == CF_UNSENT) {
            session->update_request = request;
        }
    }
    return all;
}

/* Whether there are losses to report. Sampling is a wish, not a loss: it is not worth a request
 * `alone`. */
static bool has_losses(const crashfree *client, bool alone) {
    bool any = false;

    for (int i = CRASHFREE_COUNT_QUEUE_OVERFLOW; i <= CRASHFREE_COUNT_BACKPRESSURE; i++) {
        any |= client->unreported[i] > 0 && !(alone && i == CRASHFREE_COUNT_SAMPLE_RATE);
    }
    return any && client->number[CRASHFREE_OPTION_REPORTS] != 0 &&
           client->limits.reports <= client->monotonic;
}

/* Whether something is due that the server has not refused as it is; when the page may end, that is
 * worth another try, too. */
static bool has_news(crashfree *client, cf_occasion occasion) {
    for (cf_session *session = cf_queue_next_due(client, client->sessions); session != NULL;
         session = cf_queue_next_due(client, session + 1)) {
        if (occasion != CF_EVENT || !session->refused) {
            return true;
        }
    }
    return false;
}

/*
 * Prepares the sessions for a request: whether they are too old, and what the host says of them.
 * Returns whether there are some to send; what a rate limit holds back is woken for.
 */
static bool choose_sessions(crashfree *client, cf_occasion occasion) {
    const double limited = client->limits.sessions - client->monotonic;
    const bool ask = client->number[CRASHFREE_OPTION_BEFORE_SEND] != 0;

    /* All of them, as before_send may make any one due. */
    for (cf_session *session = client->sessions; session < client->end; session++) {
        session->cleared = !ask;
        if (limited <= 0) {
            cf_queue_check_age(client, session);
        } else if (occasion == CF_END) {
            cf_queue_drop(client, session, CRASHFREE_COUNT_RATELIMIT_BACKOFF);
        }
    }
    if (limited <= 0) {
        if (ask) {
            ask_host(client);
        }
        return has_news(client, occasion);
    }
    if (has_news(client, CF_EVENT)) {
        const uint32_t whole = (uint32_t)limited;

        cf_delivery_wake_in(client, whole + (whole < limited));
    }
    return false;
}

/* Writes the request and hands it to the host. */
static void send_request(crashfree *client, cf_occasion occasion, bool sessions, bool report) {
    cf_envelope *const envelope = &client->envelope;
    const bool tunnelled = client->tunnel[0] != '\0';
    const uint32_t request = client->last_request + 1;

    cf_envelope_begin(envelope, client->now, tunnelled ? client->dsn.text : "");
    const size_t empty = envelope->length;

    /* What does not fit goes later: at once would be without end where requests fail at once. */
    if (sessions && !add_sessions(client, request)) {
        cf_delivery_wake_in(client, RETRY_FIRST_MS);
    }
    if (report && cf_envelope_add_report(
                      envelope, client->unreported + CRASHFREE_COUNT_QUEUE_OVERFLOW, client->now)) {
        /* A report that gets lost is not reported (protocol 5.2). */
        memset(client->unreported, 0, sizeof client->unreported);
    }
    if (envelope->length == empty) {
        return;
    }
    client->last_request = request;
    client->counters[CRASHFREE_COUNT_REQUESTS]++;
    /* This comes last, as the host may call back from it. */
    cf_host_fetch(client, request, tunnelled ? client->tunnel : client->dsn.endpoint,
                  envelope->text, envelope->length,
                  occasion == CF_EVENT ? CRASHFREE_FETCH_NORMAL : CRASHFREE_FETCH_AT_EXIT);
}

void cf_delivery_send(crashfree *client, cf_occasion occasion) {
    if (!cf_state_may_send(client)) {
        return;
    }
    if (client->busy) {
        cf_delivery_wake_in(client, 0);
        return;
    }
    const bool sessions = choose_sessions(client, occasion);

    /* Consent may be gone, as before_send may call back. */
    if (!cf_state_may_send(client)) {
        return;
    }
    cf_queue_forget_settled(client);

    const bool report = (sessions || occasion != CF_EVENT) && has_losses(client, !sessions);

    if (sessions || report) {
        send_request(client, occasion, sessions, report);
    }
}

/* Books the answer to a request on the sessions that it carried. */
static void book(crashfree *client, uint32_t request, bool delivered, bool refused) {
    const uint32_t fact = delivered ? CF_TAKEN : CF_UNSENT;

    for (cf_session *session = client->sessions; session < client->end; session++) {
        bool carried = false;

        if (session->init_request == request) {
            session->init_request = fact;
            client->counters[CRASHFREE_COUNT_ACCEPTED] += delivered;
            carried = true;
        }
        if (session->update_request == request) {
            session->update_request = fact;
            carried = true;
        }
        if (carried && refused) {
            session->refused = true;
            if (++session->refusals == REFUSALS_MAX) {
                cf_queue_drop(client, session, CRASHFREE_COUNT_SEND_ERROR);
            }
        }
    }
    cf_queue_forget_settled(client);
}

/* Waits for the next try after a request without an answer, longer each time. */
static void back_off(crashfree *client) {
    if (client->failures < RETRIES_MAX && has_news(client, CF_EVENT)) {
        uint8_t jitter = 0;

        cf_host_random(client, &jitter, 1);
        /* From three quarters to five quarters, so that tabs do not retry together. */
        cf_delivery_wake_in(client, (RETRY_FIRST_MS << client->failures) * (384U + jitter) / 512);
    }
    client->failures++;
}

void crashfree_respond(crashfree *client, uint32_t request, int status, const char *limits,
                       size_t limits_length, double retry_after) {
    if (request == CF_UNSENT || request == CF_TAKEN || (status == 0 && client->ended)) {
        return;
    }
    cf_state_look_at_clocks(client);
    const bool limited = cf_ratelimit_update(&client->limits, client->monotonic, status, limits,
                                             limits_length, retry_after);
    const bool delivered = (status >= 200 && status < 300) || (status == 429 && !limited);

    book(client, request, delivered, !delivered && status != 0 && status != 429);
    if (status == 0) {
        back_off(client);
        return;
    }
    client->failures = 0;
    if (has_news(client, CF_EVENT)) {
        /* By then the rest of a limit is waited for; one of no time must not make a storm. */
        cf_delivery_wake_in(client, RETRY_FIRST_MS);
    }
}
