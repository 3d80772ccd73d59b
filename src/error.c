/* Errors, and the sessions that they belong to. */
#include "delivery.h"
#include "running.h"

/* The session that an error of the moment `at` belongs to, or NULL; the header states the rule. */
static cf_session *session_at(crashfree *client, double at) {
    cf_session *const present = cf_queue_present(client);
    cf_session *const heir = cf_running(client);

    if (present == NULL || client->closed || (heir != NULL && heir->began <= at)) {
        return heir;
    }
    if (at > (heir != NULL ? client->last_exit : present->changed)) {
        return NULL;
    }
    for (cf_session *session = client->end; session > client->sessions;) {
        session--;
        if (session->began > at) {
            continue;
        }
        /* One that ended before was followed by another, which is forgotten. */
        if (session->changed < at) {
            return heir;
        }
        if (session->status != CRASHFREE_SESSION_EXITED) {
            return NULL;
        }
        return session->update_request == CF_UNSENT ? session : heir;
    }
    return heir;
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
    const bool news = cf_session_error(session, then);

    if (kind == CRASHFREE_ERROR_UNHANDLED) {
        if (session->changed == client->last_exit) {
            client->last_exit = cf_running_before(session);
        }
        cf_session_end(session,
                       client->number[CRASHFREE_OPTION_UNHANDLED] == CRASHFREE_SESSION_UNHANDLED
                           ? CRASHFREE_SESSION_UNHANDLED
                           : CRASHFREE_SESSION_CRASHED,
                       then);
        cf_delivery_send(client, CF_EVENT);
    } else if (news) {
        cf_delivery_wake_in(client, 0);
    }
}
