/* The functions of the API that tell of options, and of what happens on the page. */
#include "delivery.h"
#include "host.h"
#include "names.h"
#include "queue.h"
#include "text.h"

#include <string.h>

/* No person navigates faster; a routing loop does. */
#define PER_MINUTE_DEFAULT 100
#define MINUTE_MS 60000.0

size_t crashfree_size(void) {
    return sizeof(crashfree);
}

crashfree *crashfree_init(void *memory, const crashfree_host *host) {
    crashfree *client = memory;

    memset(client, 0, sizeof *client);
    if (host != NULL) {
        client->host = *host;
    }
    client->dsn_status = CRASHFREE_STATUS_NO_DSN;
    client->release_status = CRASHFREE_STATUS_NO_RELEASE;
    client->end = client->sessions;
    client->sample_rate = 1;
    client->number[CRASHFREE_OPTION_UNHANDLED] = CRASHFREE_SESSION_CRASHED;
    client->number[CRASHFREE_OPTION_PER_MINUTE] = PER_MINUTE_DEFAULT;
    client->number[CRASHFREE_OPTION_REPORTS] = 1;
    return client;
}

static bool set_dsn(crashfree *client, const char *text, size_t length) {
    if (cf_dsn_parse(&client->dsn, text, length)) {
        client->dsn_status = CRASHFREE_STATUS_ACTIVE;
        return true;
    }
    client->dsn_status = length > 0 ? CRASHFREE_STATUS_INVALID_DSN : CRASHFREE_STATUS_NO_DSN;
    return false;
}

static bool set_release(crashfree *client, const char *text, size_t length) {
    switch (
        cf_name_set(client->attributes.release, CRASHFREE_RELEASE_MAX, "latest", text, length)) {
    case CF_NAME_VALID:
        client->release_status = CRASHFREE_STATUS_ACTIVE;
        return true;
    case CF_NAME_EMPTY:
        client->release_status = CRASHFREE_STATUS_NO_RELEASE;
        return false;
    default:
        client->release_status = CRASHFREE_STATUS_INVALID_RELEASE;
        return false;
    }
}

bool crashfree_set_text(crashfree *client, crashfree_option option, const char *text,
                        size_t length) {
    switch (option) {
    case CRASHFREE_OPTION_DSN:
        return set_dsn(client, text, length);
    case CRASHFREE_OPTION_RELEASE:
        return set_release(client, text, length);
    case CRASHFREE_OPTION_ENVIRONMENT:
        return cf_name_set(client->attributes.environment, CRASHFREE_ENVIRONMENT_MAX, "none", text,
                           length) == CF_NAME_VALID;
    case CRASHFREE_OPTION_USER_AGENT:
        (void)cf_text_copy(client->attributes.user_agent, CRASHFREE_USER_AGENT_MAX, text, length);
        return true;
    case CRASHFREE_OPTION_TUNNEL:
        client->tunnel_invalid =
            cf_text_copy(client->tunnel, CRASHFREE_URL_MAX, text, length) > CRASHFREE_URL_MAX;
        return !client->tunnel_invalid;
    default:
        return false;
    }
}

void crashfree_set_number(crashfree *client, crashfree_option option, double value) {
    if (option == CRASHFREE_OPTION_SAMPLE_RATE) {
        client->sample_rate = value;
    } else if ((unsigned)option < CRASHFREE_OPTIONS) {
        client->number[option] = value > 0 && value <= UINT32_MAX ? (uint32_t)value : 0;
    }
}

crashfree_status crashfree_get_status(const crashfree *client) {
    const crashfree_status status = cf_state_configuration(client);

    if (client->closed) {
        return CRASHFREE_STATUS_CLOSED;
    }
    if (status != CRASHFREE_STATUS_ACTIVE) {
        return status;
    }
    switch (cf_state_consent(client)) {
    case CRASHFREE_CONSENT_GRANTED:
        break;
    case CRASHFREE_CONSENT_PENDING:
        return CRASHFREE_STATUS_CONSENT_PENDING;
    default:
        return CRASHFREE_STATUS_CONSENT_DENIED;
    }
    if (client->limits.sessions > cf_host_monotonic(client)) {
        return CRASHFREE_STATUS_RATE_LIMITED;
    }
    if (client->foreign) {
        return CRASHFREE_STATUS_ANSWERS_FOREIGN;
    }
    if (client->too_many) {
        return CRASHFREE_STATUS_TOO_MANY_SESSIONS;
    }
    if (client->end > client->sessions && !client->end[-1].sampled) {
        return CRASHFREE_STATUS_SAMPLED_OUT;
    }
    return client->unreadable ? CRASHFREE_STATUS_ANSWERS_UNREADABLE : CRASHFREE_STATUS_ACTIVE;
}

/* The running session, or NULL. */
static cf_session *running(crashfree *client) {
    cf_session *session = cf_queue_present(client);

    return !client->closed && session != NULL && cf_session_is_running(session) ? session : NULL;
}

/* Looks at the clocks and gives the moment of a fact: no later than now, no earlier than the fact
 * before, and no longer ago than the server takes. */
static double moment(crashfree *client, double told) {
    const cf_session *const present = cf_queue_present(client);

    cf_state_look_at_clocks(client);
    const double earliest =
        present != NULL ? present->changed : client->monotonic - CRASHFREE_AGE_MAX_MS;

    if (!(told <= client->monotonic)) {
        return client->monotonic;
    }
    return told < earliest ? earliest : told;
}

/* Whether the limit per minute leaves room for one more session. */
static bool below_limit(crashfree *client, double at) {
    const uint32_t most = client->number[CRASHFREE_OPTION_PER_MINUTE];

    if (at - client->minute >= MINUTE_MS) {
        client->minute = at;
        client->opened = 0;
    }
    client->too_many = most > 0 && client->opened >= most;
    return !client->too_many;
}

static void open_session(crashfree *client, double at) {
    cf_session *const session = cf_queue_add(client);
    unsigned char random[CF_SID_BYTES] = {0};

    client->opened++;
    client->counters[CRASHFREE_COUNT_STARTED]++;
    cf_host_random(client, random, sizeof random);
    cf_session_begin(session, random, client->sample_rate, client->now - (client->monotonic - at),
                     at);
    memcpy(session->did, client->did, sizeof session->did);
    if (!session->sampled) {
        cf_state_lose(client, CRASHFREE_COUNT_SAMPLE_RATE);
    }
}

static void start(crashfree *client, bool announce, double at) {
    if (client->closed || cf_state_configuration(client) != CRASHFREE_STATUS_ACTIVE) {
        return;
    }
    if (cf_state_consent(client) == CRASHFREE_CONSENT_DENIED) {
        client->start_on_grant = true;
        return;
    }
    cf_session *const session = running(client);

    if (session != NULL) {
        cf_session_end(session, CRASHFREE_SESSION_EXITED, at);
    }
    if (cf_state_consent(client) == CRASHFREE_CONSENT_PENDING) {
        client->end = client->sessions;
    }
    if (below_limit(client, at)) {
        open_session(client, at);
    } else {
        cf_state_lose(client, CRASHFREE_COUNT_BACKPRESSURE);
    }
    if (announce) {
        cf_delivery_send(client, CF_EVENT);
    } else {
        const double since = client->monotonic - at;

        cf_delivery_wake_in(client, since < CRASHFREE_FIRST_SEND_MS
                                        ? CRASHFREE_FIRST_SEND_MS - (uint32_t)since
                                        : 0);
    }
}

void crashfree_start_session(crashfree *client, bool announce, double at) {
    start(client, announce, moment(client, at));
}

void crashfree_end_session(crashfree *client, crashfree_session_status status, double told) {
    const bool is_final = status > CRASHFREE_SESSION_OK && status <= CRASHFREE_SESSION_ABNORMAL;
    const double at = moment(client, told);
    cf_session *const session = running(client);

    if (session != NULL) {
        cf_session_end(session, is_final ? status : CRASHFREE_SESSION_EXITED, at);
        cf_delivery_wake_in(client, 0);
    }
}

/*
 * The session that an error of the moment `at` belongs to, or NULL. The running one if it had begun;
 * otherwise the last one that had, if the error is no later than its end, which must not have left.
 */
static cf_session *session_at(crashfree *client, double at) {
    cf_session *const present = running(client);
    cf_session *session = client->end;

    do {
        if (session == client->sessions) {
            return present;
        }
        session--;
    } while (session->began > at);
    if (session == present || client->closed) {
        return present;
    }
    if (session->status != CRASHFREE_SESSION_EXITED || session->changed < at) {
        return NULL;
    }
    return session->update_request == CF_UNSENT ? session : present;
}

void crashfree_error(crashfree *client, crashfree_error_kind kind, double told) {
    cf_state_look_at_clocks(client);
    /* What happens now is after all that was told before. */
    const bool is_past = told <= client->monotonic;
    const double at = is_past ? told : client->monotonic;
    cf_session *const session = is_past ? session_at(client, at) : running(client);

    if (session == NULL) {
        return;
    }
    const bool news = cf_session_error(session, at);

    if (kind == CRASHFREE_ERROR_UNHANDLED) {
        cf_session_end(session,
                       client->number[CRASHFREE_OPTION_UNHANDLED] == CRASHFREE_SESSION_UNHANDLED
                           ? CRASHFREE_SESSION_UNHANDLED
                           : CRASHFREE_SESSION_CRASHED,
                       at);
        cf_delivery_send(client, CF_EVENT);
    } else if (news) {
        cf_delivery_wake_in(client, 0);
    }
}

bool crashfree_set_user(crashfree *client, const char *id, size_t length, double told) {
    char did[CRASHFREE_USER_ID_MAX + 1] = {0};
    const bool fits = cf_text_copy(did, CRASHFREE_USER_ID_MAX, id, length) <= CRASHFREE_USER_ID_MAX;
    const double at = moment(client, told);
    cf_session *const session = running(client);

    if (!fits) {
        memset(did, 0, sizeof did);
    }
    if (client->closed || memcmp(did, client->did, sizeof did) == 0) {
        return fits;
    }
    memcpy(client->did, did, sizeof did);
    if (session == NULL) {
        return fits;
    }
    if (session->did[0] != '\0') {
        start(client, false, at);
    } else if (!cf_session_identify(session, did, at)) {
        return fits;
    }
    cf_delivery_wake_in(client, 0);
    return fits;
}

/* Sends what waits, as if nothing had failed before. */
static void flush(crashfree *client) {
    client->failures = 0;
    client->probe_at = 0;
    cf_delivery_send(client, CF_EVENT);
}

void crashfree_set_consent(crashfree *client, crashfree_consent consent) {
    const bool was_denied = cf_state_consent(client) == CRASHFREE_CONSENT_DENIED;

    if (client->closed) {
        return;
    }
    cf_state_look_at_clocks(client);
    client->number[CRASHFREE_OPTION_CONSENT] = consent;
    if (cf_state_consent(client) == CRASHFREE_CONSENT_DENIED) {
        client->start_on_grant |= client->end > client->sessions;
        client->end = client->sessions;
    } else if (was_denied && client->start_on_grant) {
        client->start_on_grant = false;
        start(client, true, client->monotonic);
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
    client->ended |= final;
    cf_delivery_send(client, final ? CF_END : CF_HIDE);
}

void crashfree_forget(crashfree *client) {
    client->end = client->sessions;
}

uint32_t crashfree_count(const crashfree *client, crashfree_counter counter) {
    return (unsigned)counter < CRASHFREE_COUNTERS ? client->counters[counter] : 0;
}

void crashfree_close(crashfree *client) {
    cf_state_look_at_clocks(client);
    cf_delivery_send(client, CF_HIDE);
    client->closed = true;
}
