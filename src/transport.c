#include "transport.h"

#include "envelope.h"
#include "host.h"

#include <string.h>

/* First wait after a request without an answer; it doubles each time, up to four minutes. */
#define RETRY_FIRST_MS 2000U
/* Requests without an answer in a row, after which only an event of the page tries again. */
#define RETRIES_MAX 8
/* Digits of a sid that tell the sessions of one client apart. */
#define SID_ENOUGH 8
/* Answers that refuse an item before it is given up. */
#define REFUSALS_MAX 3

void cf_transport_wake_in(crashfree *client, uint32_t delay) {
    const double at = cf_host_monotonic(client) + delay;

    if (client->wake_at == 0 || at < client->wake_at) {
        client->wake_at = at;
        cf_host_wake(client, delay);
    }
}

void crashfree_wake(crashfree *client) {
    client->wake_at = 0;
    cf_transport_send(client, CF_EVENT);
}

/* The first session from `session` on that the next request has to carry, or NULL. */
static cf_session *next_due(crashfree *client, cf_session *session) {
    while (session < client->end) {
        if (cf_session_is_due(session)) {
            return session;
        }
        session++;
    }
    return NULL;
}

/* Forgets the sessions of which the server needs nothing more, but for the last `kept`. */
static void forget_settled(crashfree *client, unsigned kept) {
    cf_session *end = client->sessions;

    for (cf_session *session = end; session < client->end; session++) {
        if (session + kept >= client->end || !cf_session_is_settled(session)) {
            *end++ = *session;
        }
    }
    client->end = end;
}

/* Gives up a session. One that was announced and ended well is no loss: the rest says nothing. */
static void give_up(crashfree *client, cf_session *session, crashfree_counter reason) {
    session->discarded = true;
    if (session->init != CF_TAKEN || session->status != CRASHFREE_EXITED || session->errors > 0) {
        cf_client_lose(client, reason);
    }
}

/* The same, if something of it is due. */
static void drop(crashfree *client, cf_session *session, crashfree_counter reason) {
    if (cf_session_is_due(session)) {
        give_up(client, session, reason);
    }
}

void cf_transport_make_room(crashfree *client) {
    cf_session *victim = client->sessions;

    forget_settled(client, 0);
    if (client->end < client->sessions + CRASHFREE_SESSIONS_MAX) {
        return;
    }
    /* Rather one that counts already than one that would be missing. */
    for (cf_session *session = client->end; session > client->sessions;) {
        if ((--session)->init == CF_TAKEN) {
            victim = session;
        }
    }
    give_up(client, victim, CRASHFREE_DROPPED_QUEUE);
    forget_settled(client, 0);
}

/*
 * The wall clock may have jumped since the session began. A start in the future, or one too long
 * ago for a session that is younger, would make the server drop it (protocol 1.3).
 */
static void check_age(crashfree *client, cf_session *session, double now) {
    const double age = cf_host_monotonic(client) - session->began;

    if (age > CRASHFREE_AGE_MAX_MS) {
        drop(client, session, CRASHFREE_DROPPED_NETWORK);
    } else if (session->started > now || now - session->started > CRASHFREE_AGE_MAX_MS) {
        session->started = now - age;
    }
}

static size_t session_json(crashfree *client, const cf_session *session,
                           crashfree_session_status status, char *out, size_t capacity) {
    /* No session takes more. */
    const size_t room = capacity < CRASHFREE_ENVELOPE_MAX ? capacity : CRASHFREE_ENVELOPE_MAX;

    return cf_envelope_session_json(&client->envelope, out, room, session, status,
                                    &client->attributes, cf_host_now(client));
}

size_t crashfree_session(crashfree *client, char *out, size_t capacity) {
    const cf_session *const session = cf_client_session(client);

    return session == NULL ? 0 : session_json(client, session, session->status, out, capacity);
}

unsigned crashfree_saveable(const crashfree *client) {
    return (unsigned)(client->end - client->sessions);
}

size_t crashfree_save(crashfree *client, unsigned index, char *out, size_t capacity) {
    if (index >= crashfree_saveable(client)) {
        return 0;
    }
    const cf_session *const session = &client->sessions[index];
    crashfree_session_status status = session->status;

    if (!cf_session_is_running(session)) {
        if (!cf_session_is_due(session)) {
            return 0;
        }
        /* Its end is on its way or taken, and must not be told twice. */
        if (session->update != CF_UNSENT) {
            status = CRASHFREE_EXITED;
        }
    }
    return session->discarded ? 0 : session_json(client, session, status, out, capacity);
}

/* Lets the host discard sessions. It may call back and so move them in the list; those that this
 * passes over are left for the next request. */
static void ask_host(crashfree *client) {
    client->busy = true;
    for (cf_session *session = next_due(client, client->sessions); session != NULL;
         session = next_due(client, session + 1)) {
        char id[SID_ENOUGH];
        const size_t length = session_json(client, session, session->status, client->envelope.text,
                                           sizeof client->envelope.text);

        memcpy(id, session->sid, sizeof id);
        session->cleared = true;
        if (cf_host_before_send(client, client->envelope.text, length)) {
            continue;
        }
        for (cf_session *same = client->sessions; same < client->end; same++) {
            if (memcmp(same->sid, id, sizeof id) == 0) {
                drop(client, same, CRASHFREE_DROPPED_BEFORE_SEND);
            }
        }
    }
    client->busy = false;
}

/* Puts the sessions that are due into the envelope. Returns whether all could be. */
static bool add_sessions(crashfree *client, cf_envelope *envelope, uint32_t request, double now) {
    bool all = true;

    for (cf_session *session = next_due(client, client->sessions); session != NULL;
         session = next_due(client, session + 1)) {
        if (!session->cleared ||
            !cf_envelope_add_session(envelope, session, &client->attributes, now)) {
            all = false;
            continue;
        }
        if (session->init == CF_UNSENT) {
            session->init = request;
        }
        if (session->update == CF_UNSENT) {
            session->update = request;
        }
    }
    return all;
}

/* Whether there are losses to report, with sessions or alone. */
static bool has_losses(const crashfree *client, bool alone) {
    return client->losses > (alone ? CF_LOSS_SAMPLE : 0) &&
           client->number[CRASHFREE_REPORTS] != 0 &&
           client->limits.reports <= cf_host_monotonic(client);
}

/* Whether something is due that the server has not refused as it is; when the page may end, that is
 * worth another try, too. */
static bool has_news(crashfree *client, cf_occasion occasion) {
    for (cf_session *session = next_due(client, client->sessions); session != NULL;
         session = next_due(client, session + 1)) {
        if (occasion != CF_EVENT || !session->refused) {
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
    const bool ask = client->number[CRASHFREE_BEFORE_SEND] != 0;
    bool send_sessions = false;

    /* All of them, as before_send may make any one due. */
    for (cf_session *session = client->sessions; session < client->end; session++) {
        session->cleared = !ask;
        if (limited <= 0) {
            check_age(client, session, now);
        } else if (occasion == CF_END) {
            drop(client, session, CRASHFREE_DROPPED_LIMIT);
        }
    }
    if (limited <= 0) {
        if (ask) {
            ask_host(client);
            /* Consent may be gone. */
            if (!cf_client_may_send(client)) {
                return;
            }
        }
        send_sessions = has_news(client, occasion);
    } else if (has_news(client, CF_EVENT)) {
        const uint32_t whole = (uint32_t)limited;

        cf_transport_wake_in(client, whole + (whole < limited));
    }
    forget_settled(client, 1);

    const bool report =
        (send_sessions || occasion != CF_EVENT) && has_losses(client, !send_sessions);

    if (!send_sessions && !report) {
        return;
    }

    cf_envelope *const envelope = &client->envelope;
    const char *url = client->tunnel[0] != '\0' ? client->tunnel : client->dsn.endpoint;
    const uint32_t request = client->last_request + 1;

    cf_envelope_begin(envelope, now, url == client->tunnel ? client->dsn.text : "");
    const size_t empty = envelope->length;

    /* What does not fit goes later: at once would be without end where requests fail at once. */
    if (send_sessions && !add_sessions(client, envelope, request, now)) {
        cf_transport_wake_in(client, RETRY_FIRST_MS);
    }
    if (report &&
        cf_envelope_add_report(envelope, client->unreported + CRASHFREE_DROPPED_QUEUE, now)) {
        /* A report that gets lost is not reported (protocol 5.2). */
        memset(client->unreported, 0, sizeof client->unreported);
        client->losses = 0;
    }
    if (envelope->length == empty) {
        return;
    }
    client->last_request = request;
    client->counters[CRASHFREE_REQUESTS]++;
    /* Last, as the host may call back from it. */
    cf_host_fetch(client, request, url, envelope->text, envelope->length,
                  occasion == CF_EVENT ? CRASHFREE_FETCH : CRASHFREE_FETCH_AT_EXIT);
}

void crashfree_respond(crashfree *client, uint32_t request, int status, const char *limits,
                       size_t limits_length, double retry_after) {
    if (request == CF_UNSENT || request == CF_TAKEN || (status == 0 && client->ended)) {
        return;
    }
    const bool limited = cf_ratelimit_update(&client->limits, cf_host_monotonic(client), status,
                                             limits, limits_length, retry_after);
    const bool delivered = (status >= 200 && status < 300) || (status == 429 && !limited);
    const bool refused = !delivered && status != 0 && status != 429;
    const uint32_t fact = delivered ? CF_TAKEN : CF_UNSENT;

    for (cf_session *session = client->sessions; session < client->end; session++) {
        bool carried = false;

        if (session->init == request) {
            session->init = fact;
            client->counters[CRASHFREE_ACCEPTED] += delivered;
            carried = true;
        }
        if (session->update == request) {
            session->update = fact;
            carried = true;
        }
        if (carried && refused) {
            session->refused = true;
            if (++session->refusals == REFUSALS_MAX) {
                drop(client, session, CRASHFREE_DROPPED_REFUSED);
            }
        }
    }
    forget_settled(client, 1);

    const bool news = has_news(client, CF_EVENT);

    if (status != 0) {
        client->failures = 0;
        if (news) {
            /* By then the rest of a limit is waited for; one of no time must not make a storm. */
            cf_transport_wake_in(client, RETRY_FIRST_MS);
        }
    } else {
        if (client->failures < RETRIES_MAX && news) {
            cf_host_random(client, &client->jitter, 1);
            /* From three quarters to five quarters, so that tabs do not retry together. */
            cf_transport_wake_in(client, (RETRY_FIRST_MS << client->failures) *
                                             (384U + client->jitter) / 512);
        }
        client->failures++;
    }
}
