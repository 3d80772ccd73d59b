#include "transport.h"

#include "envelope.h"
#include "host.h"

#include <string.h>

/* First wait after a request without an answer; it doubles up to the second. */
#define RETRY_FIRST_MS 2000.0
#define RETRY_LAST_MS 300000.0
/* Requests without an answer in a row, after which only an event of the page tries again. */
#define RETRIES_MAX 8
/* Answers that refuse an item before it is given up. */
#define REFUSALS_MAX 3
#define LOSSES (CRASHFREE_COUNTERS - CRASHFREE_DROPPED_QUEUE)

void cf_transport_wake_in(crashfree *client, double delay) {
    const double at = cf_host_monotonic(client) + delay;

    if (client->wake_at < 0 || at < client->wake_at) {
        client->wake_at = at;
        cf_host_wake(client, delay);
    }
}

void crashfree_wake(crashfree *client) {
    if (client->wake_at < 0) {
        return;
    }
    const double early = client->wake_at - cf_host_monotonic(client);

    client->wake_at = -1;
    /* Timers may fire a little early, as clocks are coarse. */
    if (early > 1) {
        cf_transport_wake_in(client, early);
    } else {
        cf_transport_send(client, CF_EVENT);
    }
}

static void remove_at(crashfree *client, unsigned index) {
    client->count--;
    memmove(&client->sessions[index], &client->sessions[index + 1],
            (client->count - index) * sizeof client->sessions[0]);
}

/* Forgets those of the first `end` sessions of which the server needs nothing more. */
static void forget_settled(crashfree *client, unsigned end) {
    for (unsigned i = end; i-- > 0;) {
        if (cf_session_is_settled(&client->sessions[i])) {
            remove_at(client, i);
        }
    }
}

/* The same for all but the present session. */
static void forget_old(crashfree *client) {
    if (client->count > 0) {
        forget_settled(client, client->count - 1);
    }
}

/* Gives up a session. One that was announced and ended well is no loss: the rest says nothing. */
static void drop(crashfree *client, cf_session *session, crashfree_counter reason) {
    session->discarded = true;
    if (!session->announced || session->status != CRASHFREE_EXITED || session->errors > 0) {
        client->counters[reason]++;
    }
}

void cf_transport_make_room(crashfree *client) {
    unsigned victim = 0;

    forget_settled(client, client->count);
    if (client->count < CRASHFREE_SESSIONS_MAX) {
        return;
    }
    /* Rather one that counts already than one that would be missing. */
    for (unsigned i = 0; i < client->count; i++) {
        if (client->sessions[i].announced) {
            victim = i;
            break;
        }
    }
    if (cf_session_is_due(&client->sessions[victim])) {
        drop(client, &client->sessions[victim], CRASHFREE_DROPPED_QUEUE);
    }
    remove_at(client, victim);
}

/*
 * The wall clock may have jumped since the session began. A start in the future, or one too long
 * ago for a session that is younger, would make the server drop it (protocol 1.3).
 */
static void check_age(crashfree *client, cf_session *session, double now) {
    const double age = cf_host_monotonic(client) - session->began;

    if (age > CRASHFREE_AGE_MAX_MS) {
        if (cf_session_is_due(session)) {
            drop(client, session, CRASHFREE_DROPPED_NETWORK);
        }
    } else if (session->started > now || now - session->started > CRASHFREE_AGE_MAX_MS) {
        session->started = now - age;
    }
}

static cf_attributes attributes(const crashfree *client) {
    const cf_attributes result = {client->release, client->environment, client->user_agent};

    return result;
}

static size_t session_json(const crashfree *client, const cf_session *session, char *out,
                           size_t capacity) {
    const cf_attributes attrs = attributes(client);

    return cf_envelope_session_json(out, capacity, session, &attrs, cf_host_now(client));
}

size_t crashfree_session(crashfree *client, char *out, size_t capacity) {
    return client->count == 0
               ? 0
               : session_json(client, &client->sessions[client->count - 1], out, capacity);
}

unsigned crashfree_saveable(const crashfree *client) {
    return client->count;
}

size_t crashfree_save(crashfree *client, unsigned index, char *out, size_t capacity) {
    if (index >= client->count) {
        return 0;
    }
    cf_session session = client->sessions[index];

    if (cf_session_is_discarded(&session)) {
        return 0;
    }
    if (!cf_session_is_running(&session)) {
        if (!cf_session_is_due(&session)) {
            return 0;
        }
        /* Its end is on its way or taken, and must not be told twice. */
        if (!cf_session_needs_update(&session)) {
            session.status = CRASHFREE_EXITED;
        }
    }
    return session_json(client, &session, out, capacity);
}

/* Lets the host discard sessions. It may call back and so move them in the list; those that this
 * passes over are left for the next request. */
static void ask_host(crashfree *client) {
    client->busy = true;
    for (unsigned i = 0; i < client->count; i++) {
        if (!cf_session_is_due(&client->sessions[i])) {
            continue;
        }
        char sid[CF_SID_LENGTH + 1];
        const size_t length =
            session_json(client, &client->sessions[i], client->envelope, sizeof client->envelope);

        memcpy(sid, client->sessions[i].sid, sizeof sid);
        client->sessions[i].cleared = length > 0;
        if (length == 0 || cf_host_before_send(client, client->envelope, length)) {
            continue;
        }
        for (unsigned j = 0; j < client->count; j++) {
            if (memcmp(client->sessions[j].sid, sid, sizeof sid) == 0) {
                drop(client, &client->sessions[j], CRASHFREE_DROPPED_BEFORE_SEND);
            }
        }
    }
    client->busy = false;
}

/* Puts the sessions that are due into the envelope. Returns whether all could be. */
static bool add_sessions(crashfree *client, cf_envelope *envelope, uint32_t request, double now) {
    const cf_attributes attrs = attributes(client);
    bool all = true;

    for (unsigned i = 0; i < client->count; i++) {
        cf_session *session = &client->sessions[i];

        if (!cf_session_is_due(session)) {
            continue;
        }
        if (!session->cleared || !cf_envelope_add_session(envelope, session, &attrs, now)) {
            all = false;
            continue;
        }
        if (cf_session_needs_init(session)) {
            session->init_request = request;
        }
        if (cf_session_needs_update(session)) {
            session->update_request = request;
        }
    }
    return all;
}

/* Puts the losses that no report has told yet into the envelope. */
static void add_report(crashfree *client, cf_envelope *envelope, double now) {
    uint32_t lost[LOSSES];
    uint32_t total = 0;

    for (int i = 0; i < LOSSES; i++) {
        lost[i] = client->counters[CRASHFREE_DROPPED_QUEUE + i] -
                  client->reported[CRASHFREE_DROPPED_QUEUE + i];
        total += lost[i];
    }
    if (total > 0 && client->number[CRASHFREE_REPORTS] != 0 &&
        client->limits.reports <= cf_host_monotonic(client) &&
        cf_envelope_add_report(envelope, lost, now)) {
        /* A report that gets lost is not reported (protocol 5.2). */
        memcpy(client->reported, client->counters, sizeof client->reported);
    }
}

/* Whether a loss is worth a request of its own: sampling is a wish, not a loss. */
static bool has_losses(const crashfree *client) {
    for (int i = CRASHFREE_DROPPED_QUEUE; i < CRASHFREE_COUNTERS; i++) {
        if (i != CRASHFREE_DROPPED_SAMPLE && client->counters[i] != client->reported[i]) {
            return true;
        }
    }
    return false;
}

/* Whether something is due that the server has not refused as it is; when the page may end, that is
 * worth another try, too. */
static bool has_news(const crashfree *client, cf_occasion occasion) {
    for (unsigned i = 0; i < client->count; i++) {
        if (cf_session_is_due(&client->sessions[i]) &&
            (occasion != CF_EVENT || !client->sessions[i].refused)) {
            return true;
        }
    }
    return false;
}

void cf_transport_send(crashfree *client, cf_occasion occasion) {
    if (!cf_client_may_send(client)) {
        return;
    }
    if (client->busy) {
        cf_transport_wake_in(client, 0);
        return;
    }

    const double now = cf_host_now(client);
    const double limited = client->limits.sessions - cf_host_monotonic(client);
    bool send_sessions = limited <= 0;

    if (!send_sessions) {
        for (unsigned i = 0; occasion == CF_END && i < client->count; i++) {
            if (cf_session_is_due(&client->sessions[i])) {
                drop(client, &client->sessions[i], CRASHFREE_DROPPED_LIMIT);
            }
        }
        if (has_news(client, CF_EVENT)) {
            cf_transport_wake_in(client, limited);
        }
    } else {
        const bool ask = client->number[CRASHFREE_BEFORE_SEND] != 0;

        for (unsigned i = 0; i < client->count; i++) {
            client->sessions[i].cleared = !ask;
            /* All of them, as before_send may make any one due. */
            check_age(client, &client->sessions[i], now);
        }
        if (ask) {
            ask_host(client);
            /* Consent may be gone. */
            if (!cf_client_may_send(client)) {
                return;
            }
        }
        send_sessions = has_news(client, occasion);
    }
    if (!send_sessions && (occasion == CF_EVENT || !has_losses(client))) {
        forget_old(client);
        return;
    }

    cf_envelope envelope = {client->envelope, sizeof client->envelope, 0};
    const uint32_t request = client->last_request + 1 == 0 ? 1 : client->last_request + 1;
    const char *url = client->tunnel[0] != '\0' ? client->tunnel : client->dsn.endpoint;

    if (!cf_envelope_begin(&envelope, now, url == client->tunnel ? client->dsn.text : "")) {
        /* Out of memory: everything is still due. */
        cf_transport_wake_in(client, RETRY_FIRST_MS);
        return;
    }
    const size_t empty = envelope.length;

    if (send_sessions && !add_sessions(client, &envelope, request, now)) {
        cf_transport_wake_in(client, envelope.length > empty ? 0 : RETRY_FIRST_MS);
    }
    add_report(client, &envelope, now);
    if (envelope.length == empty) {
        return;
    }
    client->last_request = request;
    client->counters[CRASHFREE_REQUESTS]++;
    /* Last, as the host may call back from it. */
    cf_host_fetch(client, request, url, envelope.text, envelope.length,
                  occasion == CF_EVENT ? CRASHFREE_FETCH : CRASHFREE_FETCH_AT_EXIT);
}

/* What an answer says about one fact of a session; `sent` is the request that carried it. */
static bool settle(uint32_t *sent, bool *taken, uint32_t request, bool delivered) {
    if (*sent != request) {
        return false;
    }
    *sent = 0;
    *taken = *taken || delivered;
    return true;
}

void crashfree_respond(crashfree *client, uint32_t request, int status, const char *limits,
                       size_t limits_length, double retry_after) {
    if (request == 0 || (status == 0 && client->ended)) {
        return;
    }
    const bool limited = cf_ratelimit_update(&client->limits, cf_host_monotonic(client), status,
                                             limits, limits_length, retry_after);
    const bool delivered = (status >= 200 && status < 300) || (status == 429 && !limited);
    const bool refused = !delivered && status != 0 && status != 429;

    for (unsigned i = 0; i < client->count; i++) {
        cf_session *session = &client->sessions[i];
        const bool carried = session->init_request == request;

        if (settle(&session->init_request, &session->announced, request, delivered) && delivered) {
            client->counters[CRASHFREE_ACCEPTED]++;
        }
        if ((settle(&session->update_request, &session->updated, request, delivered) || carried) &&
            refused) {
            session->refused = true;
            if (++session->refusals == REFUSALS_MAX) {
                drop(client, session, CRASHFREE_DROPPED_REFUSED);
            }
        }
    }
    forget_old(client);

    if (status != 0) {
        client->failures = 0;
    }
    if (status == 0) {
        unsigned char jitter = 0;
        double delay = RETRY_FIRST_MS;

        for (unsigned i = 0; i < client->failures && delay < RETRY_LAST_MS; i++) {
            delay *= 2;
        }
        client->failures++;
        cf_host_random(client, &jitter, 1);
        /* From three quarters to five quarters, so that tabs do not retry together. */
        delay = (delay < RETRY_LAST_MS ? delay : RETRY_LAST_MS) * (0.75 + jitter / 512.0);
        if (client->failures <= RETRIES_MAX && has_news(client, CF_EVENT)) {
            cf_transport_wake_in(client, delay);
        }
    } else if (limited && has_news(client, CF_EVENT)) {
        cf_transport_wake_in(client, client->limits.sessions - cf_host_monotonic(client));
    }
}
