/* Errors, and the sessions that they belong to. */
#include "delivery.h"
#include "running.h"

/* The session that an error of the moment `at` belongs to, or NULL; the header states the rule. */
static cf_session *session_at(crashfree *client, double at) {
    cf_session *const present = cf_queue_present(client);
    cf_session *const running = cf_running(client);

    if (present == NULL || client->closed || (running != NULL && running->began <= at)) {
        return running;
    }
    if (at > (running != NULL ? client->predecessor_until : present->changed)) {
        return NULL;
    }
    for (cf_session *session = client->sessions_end; session > client->sessions;) {
        session--;
        if (session->began > at) {
            continue;
        }
        /* One that ended before was followed by another, which is forgotten. */
        if (session->changed < at) {
            return running;
        }
        if (session->status != CRASHFREE_SESSION_EXITED) {
            return NULL;
        }
        return session->update_request == CF_UNSENT ? session : running;
    }
    return running;
}

void crashfree_error(crashfree *client, crashfree_error_kind kind, double at) {
    cf_state_look_at_clocks(client);
    /* What happens now is after all that was told before. */
    const bool is_past = at <= client->monotonic;
    const double then = is_past ? at : client->monotonic;
    cf_session *session = is_past ? session_at(client, then) : cf_running(client);

    if (session == cf_running(client)) {
        session = cf_running_fresh(client, client->monotonic);
    }
    if (session == NULL) {
        return;
    }
    /* While something of it is on its way, or waits, more may happen that goes with this. */
    const bool is_told = cf_session_is_settled(session);
    const bool news = cf_session_error(session, then);

    if (kind == CRASHFREE_ERROR_UNHANDLED) {
        if (session->changed == client->predecessor_until) {
            client->predecessor_until = cf_session_just_before(session);
        }
        cf_session_end(session,
                       client->number[CRASHFREE_OPTION_UNHANDLED] == CRASHFREE_SESSION_UNHANDLED
                           ? CRASHFREE_SESSION_UNHANDLED
                           : CRASHFREE_SESSION_CRASHED,
                       then);
    } else if (!news) {
        return;
    } else if (!is_told) {
        cf_delivery_wake_in(client, 0);
        return;
    }
    cf_delivery_send(client, CF_OCCASION_EVENT);
}
