/* A client, and what its page tells of itself. */
#include "delivery.h"
#include "running.h"

#include <string.h>

size_t crashfree_size(void) {
    return sizeof(crashfree);
}

crashfree *crashfree_init(void *memory, const crashfree_host *host) {
    crashfree *client = memory;

    memset(client, 0, sizeof *client);
    if (host != NULL) {
        client->host = *host;
    }
    cf_destination_init(&client->destination);
    client->sessions_end = client->sessions;
    client->sample_rate = 1;
    client->number[CRASHFREE_OPTION_UNHANDLED] = CRASHFREE_SESSION_CRASHED;
    client->number[CRASHFREE_OPTION_PER_MINUTE] = CRASHFREE_PER_MINUTE_DEFAULT;
    client->number[CRASHFREE_OPTION_REPORTS] = 1;
    return client;
}

void crashfree_start_session(crashfree *client, bool announce, double at) {
    cf_running_start(client, announce, cf_running_moment(client, at));
}

void crashfree_end_session(crashfree *client, crashfree_session_status status, double at) {
    const bool is_final = status > CRASHFREE_SESSION_OK && status <= CRASHFREE_SESSION_ABNORMAL;
    const double then = cf_running_moment(client, at);
    cf_session *const session = cf_running(client);

    if (session != NULL) {
        cf_session_end(session, is_final ? status : CRASHFREE_SESSION_EXITED, then);
        cf_delivery_wake_in(client, 0);
    }
}

/* Sends what waits, as if nothing had failed before. */
static void flush(crashfree *client) {
    client->failures = 0;
    client->probe_at = 0;
    cf_delivery_send(client, CF_OCCASION_EVENT);
}

void crashfree_set_consent(crashfree *client, crashfree_consent consent) {
    const bool was_denied = cf_state_consent(client) == CRASHFREE_CONSENT_DENIED;

    if (client->closed) {
        return;
    }
    cf_state_look_at_clocks(client);
    client->number[CRASHFREE_OPTION_CONSENT] = consent;
    if (cf_state_consent(client) == CRASHFREE_CONSENT_DENIED) {
        client->start_on_grant |= client->sessions_end > client->sessions;
        client->sessions_end = client->sessions;
    } else if (was_denied && client->start_on_grant) {
        client->start_on_grant = false;
        client->failures = 0;
        cf_running_start(client, true, client->monotonic);
    } else {
        flush(client);
    }
}

void crashfree_flush(crashfree *client) {
    cf_state_look_at_clocks(client);
    flush(client);
}

void crashfree_hide(crashfree *client, bool final) {
    cf_state_look_at_clocks(client);
    client->page_ends |= final;
    cf_delivery_send(client, final ? CF_OCCASION_END : CF_OCCASION_HIDE);
}

void crashfree_forget(crashfree *client) {
    client->sessions_end = client->sessions;
}

void crashfree_close(crashfree *client) {
    cf_state_look_at_clocks(client);
    cf_delivery_send(client, CF_OCCASION_HIDE);
    client->closed = true;
}
