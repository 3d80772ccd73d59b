#include "queue.h"

#include <string.h>

/* Forgets the settled sessions before `kept`. */
static void forget_settled(crashfree *client, const cf_session *kept) {
    cf_session *end = client->sessions;

    for (cf_session *session = end; session < client->sessions_end; session++) {
        if (session >= kept || !cf_session_is_settled(session)) {
            *end++ = *session;
        }
    }
    client->sessions_end = end;
}

void cf_queue_forget_settled(crashfree *client) {
    forget_settled(client, cf_queue_present(client));
}

cf_session *cf_queue_find(crashfree *client, const char sid[CRASHFREE_SID_LENGTH]) {
    for (cf_session *session = client->sessions; session < client->sessions_end; session++) {
        if (memcmp(session->sid, sid, CRASHFREE_SID_LENGTH) == 0) {
            return session;
        }
    }
    return NULL;
}

cf_session *cf_queue_next_due(crashfree *client, cf_session *session) {
    while (session < client->sessions_end) {
        if (cf_session_is_due(session)) {
            return session;
        }
        session++;
    }
    return NULL;
}

bool cf_queue_has_news(crashfree *client, bool refused) {
    for (cf_session *session = cf_queue_next_due(client, client->sessions); session != NULL;
         session = cf_queue_next_due(client, session + 1)) {
        if (refused || !session->refused) {
            return true;
        }
    }
    return false;
}

bool cf_queue_has_doubts(const crashfree *client) {
    for (const cf_session *session = client->sessions; session < client->sessions_end; session++) {
        if (cf_session_is_doubtful(session)) {
            return true;
        }
    }
    return false;
}

/* Gives up a session. One that was announced and ended well is no loss: the rest says nothing. */
static void give_up(crashfree *client, cf_session *session, crashfree_counter reason) {
    session->discarded = true;
    if (session->init_request != CF_TAKEN || session->status != CRASHFREE_SESSION_EXITED ||
        session->errors > 0) {
        cf_state_lose(client, reason);
    }
}

void cf_queue_drop(crashfree *client, cf_session *session, crashfree_counter reason) {
    if (cf_session_is_due(session) || cf_session_is_doubtful(session)) {
        give_up(client, session, reason);
    }
}

cf_session *cf_queue_add(crashfree *client) {
    forget_settled(client, client->sessions_end);
    if (client->sessions_end == client->sessions + CRASHFREE_SESSIONS_MAX) {
        cf_session *victim = client->sessions;

        /* Rather one that counts already than one that would be missing. */
        while (victim < client->sessions_end && victim->init_request != CF_TAKEN) {
            victim++;
        }
        if (victim == client->sessions_end) {
            victim = client->sessions;
        }
        give_up(client, victim, CRASHFREE_COUNT_QUEUE_OVERFLOW);
        forget_settled(client, client->sessions_end);
    }
    cf_session *const session = client->sessions_end++;

    memset(session, 0, sizeof *session);
    return session;
}

void cf_queue_check_age(crashfree *client, cf_session *session) {
    const double age = client->monotonic - session->began;
    const double seems = client->now - session->started;

    if (cf_state_is_too_old(client, session->began)) {
        cf_queue_drop(client, session, CRASHFREE_COUNT_NETWORK_ERROR);
    } else if (seems < 0 || seems > CRASHFREE_AGE_MAX_MS - CRASHFREE_AGE_MARGIN_MS) {
        /* Either would make the server drop it (protocol 1.3). */
        session->started = client->now - age;
    }
}
