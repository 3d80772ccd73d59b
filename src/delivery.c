#include "delivery.h"

#include "before_send.h"
#include "host.h"
#include "queue.h"
#include "timing.h"

#include <string.h>

void cf_delivery_wake_in(crashfree *client, uint32_t delay) {
    const double at = client->monotonic + delay;

    if (client->wake_at == 0 || at < client->wake_at) {
        client->wake_at = at;
        cf_host_wake(client, delay);
    }
}

/* Arranges a wake when `delay` is over. */
static void wake_after(crashfree *client, double delay) {
    const uint32_t whole = (uint32_t)delay;

    cf_delivery_wake_in(client, whole + (whole < delay));
}

void crashfree_wake(crashfree *client) {
    cf_state_look_at_clocks(client);
    client->wake_at = 0;
    cf_delivery_send(client, CF_OCCASION_EVENT);
}

void cf_delivery_back_off(crashfree *client) {
    if (client->failures < CF_RETRIES_MAX &&
        (cf_queue_has_news(client, false) || cf_queue_has_doubts(client))) {
        uint8_t jitter = 0;

        cf_host_random(client, &jitter, 1);
        /* From three quarters to five quarters, so that tabs do not retry together. */
        const uint32_t delay = (CF_RETRY_FIRST_MS << client->failures) * (384U + jitter) / 512;

        client->probe_at = client->monotonic + delay;
        cf_delivery_wake_in(client, delay);
    }
    client->failures++;
}

/* Puts the sessions that are due into the envelope. Returns whether all could be. */
static bool add_sessions(crashfree *client) {
    const uint32_t number = client->last_request + 1;
    const uint32_t request = client->unreadable ? number | CF_REQUEST_OPAQUE : number;
    bool all = true;

    for (cf_session *session = cf_queue_next_due(client, client->sessions); session != NULL;
         session = cf_queue_next_due(client, session + 1)) {
        if (!session->cleared ||
            !cf_envelope_add_session(&client->envelope, session, &client->destination.attributes,
                                     client->now)) {
            all = false;
            continue;
        }
        if (session->init_request == CF_UNSENT) {
            session->init_request = request;
        }
        /* What a running session was told of before is told again. */
        if (session->update_request == CF_UNSENT || cf_session_is_running(session)) {
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

/*
 * Prepares the sessions for a request: whether they are too old, and what the host says of them.
 * Returns whether there are some to send; what a rate limit holds back is woken for.
 */
static bool choose_sessions(crashfree *client, cf_occasion occasion) {
    const double limited = client->limits.items - client->monotonic;
    const bool ask = client->number[CRASHFREE_OPTION_BEFORE_SEND] != 0;

    /* All of them, as before_send may make any one due. */
    for (cf_session *session = client->sessions; session < client->sessions_end; session++) {
        session->cleared = !ask;
        if (limited <= 0) {
            cf_queue_check_age(client, session);
        } else if (occasion == CF_OCCASION_END) {
            cf_queue_drop(client, session, CRASHFREE_COUNT_RATELIMIT_BACKOFF);
        }
    }
    if (limited <= 0) {
        if (ask) {
            cf_before_send_ask(client);
        }
        return cf_queue_has_news(client, occasion != CF_OCCASION_EVENT);
    }
    if (cf_queue_has_news(client, false) || cf_queue_has_doubts(client)) {
        wake_after(client, limited);
    }
    return false;
}

/* Begins a request; its number counts once it has left. */
static void begin_request(crashfree *client) {
    cf_envelope_begin(&client->envelope, client->now,
                      cf_destination_header_dsn(&client->destination));
}

/* Hands the envelope to the host. This comes last, as the host may call back from it. */
static void hand_over(crashfree *client, unsigned mode) {
    if (client->unreadable && (mode & CRASHFREE_FETCH_PROBE) == 0) {
        mode |= CRASHFREE_FETCH_OPAQUE;
    }
    client->last_request++;
    client->counters[CRASHFREE_COUNT_REQUESTS]++;
    cf_host_fetch(client, client->last_request, cf_destination_url(&client->destination),
                  client->envelope.text, client->envelope.length, (crashfree_fetch_mode)mode);
}

static void send_items(crashfree *client, cf_occasion occasion, bool sessions, bool report) {
    cf_envelope *const envelope = &client->envelope;

    begin_request(client);
    const size_t empty = envelope->length;

    /* What does not fit goes later: at once would be without end where requests fail at once. */
    if (sessions && !add_sessions(client)) {
        cf_delivery_wake_in(client, CF_RETRY_FIRST_MS);
    }
    if (report && cf_envelope_add_report(
                      envelope, client->unreported + CRASHFREE_COUNT_QUEUE_OVERFLOW, client->now)) {
        /* A report that gets lost is not reported (protocol 5.2). */
        memset(client->unreported, 0, sizeof client->unreported);
    }
    if (envelope->length > empty) {
        hand_over(client,
                  occasion == CF_OCCASION_EVENT ? CRASHFREE_FETCH_NORMAL : CRASHFREE_FETCH_AT_EXIT);
    }
}

void cf_delivery_arrange_probe(crashfree *client) {
    if (client->failures < CF_RETRIES_MAX && cf_queue_has_doubts(client)) {
        const double wait = client->probe_at - client->monotonic;

        wake_after(client, wait > 0 ? wait : CF_RETRY_FIRST_MS);
    }
}

/* Asks whether the server can be reached and read. */
static void send_probe(crashfree *client) {
    /* The next one is arranged for now, in case that nobody answers this. */
    cf_delivery_back_off(client);
    client->probe = client->last_request + 1;
    begin_request(client);
    hand_over(client, CRASHFREE_FETCH_PROBE);
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

    const bool report =
        (sessions || occasion != CF_OCCASION_EVENT) && has_losses(client, !sessions);

    if (sessions || report) {
        send_items(client, occasion, sessions, report);
    } else if (occasion == CF_OCCASION_EVENT && client->limits.items <= client->monotonic &&
               client->probe_at <= client->monotonic && cf_queue_has_doubts(client)) {
        send_probe(client);
    }
    cf_delivery_arrange_probe(client);
}
