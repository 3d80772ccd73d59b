#include "client.h"

#include "host.h"
#include "names.h"
#include "text.h"
#include "transport.h"

#include <string.h>

/* No person navigates faster; a routing loop does (users.md 27). */
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
    client->dsn_status = CRASHFREE_NO_DSN;
    client->release_status = CRASHFREE_NO_RELEASE;
    client->end = client->sessions;
    client->sample_rate = 1;
    client->number[CRASHFREE_UNHANDLED] = CRASHFREE_CRASHED;
    client->number[CRASHFREE_PER_MINUTE] = PER_MINUTE_DEFAULT;
    client->number[CRASHFREE_REPORTS] = 1;
    return client;
}

bool crashfree_set_text(crashfree *client, crashfree_option option, const char *text,
                        size_t length) {
    cf_name name = CF_NAME_EMPTY;

    switch (option) {
    case CRASHFREE_DSN:
        client->dsn_status = cf_dsn_parse(&client->dsn, text, length) ? CRASHFREE_ACTIVE
                             : length > 0                             ? CRASHFREE_INVALID_DSN
                                                                      : CRASHFREE_NO_DSN;
        return client->dsn_status == CRASHFREE_ACTIVE;
    case CRASHFREE_RELEASE:
        name =
            cf_name_set(client->attributes.release, CRASHFREE_RELEASE_MAX, "latest", text, length);
        client->release_status = (crashfree_status)name;
        return name == CF_NAME_VALID;
    case CRASHFREE_ENVIRONMENT:
        name = cf_name_set(client->attributes.environment, CRASHFREE_ENVIRONMENT_MAX, "none", text,
                           length);
        return name == CF_NAME_VALID;
    case CRASHFREE_USER_AGENT:
        (void)cf_text_copy(client->attributes.user_agent, CRASHFREE_USER_AGENT_MAX, text, length);
        return true;
    case CRASHFREE_TUNNEL:
        client->tunnel_invalid =
            cf_text_copy(client->tunnel, CRASHFREE_URL_MAX, text, length) > CRASHFREE_URL_MAX;
        return !client->tunnel_invalid;
    default:
        return false;
    }
}

void crashfree_set_number(crashfree *client, crashfree_option option, double value) {
    if (option == CRASHFREE_SAMPLE_RATE) {
        client->sample_rate = value;
    } else if (option < CRASHFREE_OPTIONS) {
        client->number[option] = value > 0 && value <= UINT32_MAX ? (uint32_t)value : 0;
    }
}

/* The first reason in the options, or the end of the client. */
static crashfree_status configuration(const crashfree *client) {
    if (client->dsn_status != CRASHFREE_ACTIVE) {
        return client->dsn_status;
    }
    if (client->tunnel_invalid) {
        return CRASHFREE_INVALID_TUNNEL;
    }
    return client->release_status;
}

void cf_client_lose(crashfree *client, crashfree_counter reason) {
    client->counters[reason]++;
    client->unreported[reason]++;
    client->losses |= reason == CRASHFREE_DROPPED_SAMPLE ? CF_LOSS_SAMPLE : CF_LOSS_OTHER;
}

bool cf_client_may_send(const crashfree *client) {
    return configuration(client) == CRASHFREE_ACTIVE &&
           client->number[CRASHFREE_CONSENT] == CRASHFREE_CONSENT_IS_GRANTED;
}

crashfree_status crashfree_get_status(const crashfree *client) {
    const crashfree_status status = configuration(client);

    if (client->closed) {
        return CRASHFREE_CLOSED;
    }
    if (status != CRASHFREE_ACTIVE) {
        return status;
    }
    if (client->number[CRASHFREE_CONSENT] != CRASHFREE_CONSENT_IS_GRANTED) {
        /* Both in the same order. */
        return CRASHFREE_CONSENT_PENDING - CRASHFREE_CONSENT_IS_PENDING +
               client->number[CRASHFREE_CONSENT];
    }
    if (client->limits.sessions > cf_host_monotonic(client)) {
        return CRASHFREE_RATE_LIMITED;
    }
    if (client->too_many) {
        return CRASHFREE_TOO_MANY_SESSIONS;
    }
    if (client->end > client->sessions && !client->end[-1].sampled) {
        return CRASHFREE_SAMPLED_OUT;
    }
    return CRASHFREE_ACTIVE;
}

/* The running session, or NULL. */
static cf_session *running(crashfree *client) {
    cf_session *session = cf_client_session(client);

    return !client->closed && session != NULL && cf_session_is_running(session) ? session : NULL;
}

/* Adds a session to the list; the caller fills it in. */
static cf_session *add_session(crashfree *client) {
    cf_transport_make_room(client);
    return client->end++;
}

/* Whether the limit per minute leaves room for one more session. */
static bool below_limit(crashfree *client) {
    const double now = cf_host_monotonic(client);

    if (now - client->minute >= MINUTE_MS) {
        client->minute = now;
        client->opened = 0;
    }
    client->too_many = client->number[CRASHFREE_PER_MINUTE] > 0 &&
                       client->opened >= client->number[CRASHFREE_PER_MINUTE];
    return !client->too_many;
}

void crashfree_start_session(crashfree *client, bool announce) {
    if (client->closed || configuration(client) != CRASHFREE_ACTIVE) {
        return;
    }
    if (client->number[CRASHFREE_CONSENT] == CRASHFREE_CONSENT_IS_DENIED) {
        client->start_on_grant = true;
        return;
    }
    cf_session *const session = running(client);

    if (session != NULL) {
        cf_session_end(session, CRASHFREE_EXITED);
    }
    if (client->number[CRASHFREE_CONSENT] == CRASHFREE_CONSENT_IS_PENDING) {
        client->end = client->sessions;
    }
    if (below_limit(client)) {
        cf_session *const next = add_session(client);

        client->opened++;
        client->counters[CRASHFREE_STARTED]++;
        cf_session_begin(next, client, client->sample_rate);
        memcpy(next->did, client->did, sizeof next->did);
        if (!next->sampled) {
            cf_client_lose(client, CRASHFREE_DROPPED_SAMPLE);
        }
    } else {
        cf_client_lose(client, CRASHFREE_DROPPED_FUSE);
    }
    if (announce) {
        cf_transport_send(client, CF_EVENT);
    } else {
        cf_transport_wake_in(client, CRASHFREE_FIRST_SEND_MS);
    }
}

bool crashfree_restore(crashfree *client, const char *text, size_t length, double started,
                       crashfree_session_status status, uint32_t errors, bool announced) {
    const double since = cf_host_now(client) - started;
    /* A clock that was set back; its session is as good as new. */
    const double age = since < 0 ? 0 : since;
    const size_t did_length = length - CF_SID_LENGTH; /* too much if there is not even a sid */

    if (did_length > CRASHFREE_USER_ID_MAX || (unsigned)status > CRASHFREE_ABNORMAL ||
        !(age <= CRASHFREE_AGE_MAX_MS)) {
        return false;
    }
    cf_session *const session = add_session(client);

    memset(session, 0, sizeof *session);
    session->started = started;
    session->began = cf_host_monotonic(client) - age;
    session->errors = errors;
    session->status = status;
    session->init = announced ? CF_TAKEN : CF_UNSENT;
    session->update = status == CRASHFREE_OK && errors == 0 ? CF_TAKEN : CF_UNSENT;
    session->sampled = true;
    (void)cf_text_copy(session->sid, CF_SID_LENGTH, text, CF_SID_LENGTH);
    (void)cf_text_copy(session->did, CRASHFREE_USER_ID_MAX, text + CF_SID_LENGTH, did_length);
    return true;
}

void crashfree_end_session(crashfree *client, crashfree_session_status status) {
    cf_session *const session = running(client);

    if (session != NULL) {
        cf_session_end(session, status == CRASHFREE_OK ? CRASHFREE_EXITED : status);
        cf_transport_wake_in(client, 0);
    }
}

void crashfree_error(crashfree *client, crashfree_error_kind kind) {
    cf_session *const session = running(client);

    if (session == NULL) {
        return;
    }
    const bool news = cf_session_error(session);

    if (kind == CRASHFREE_NOT_HANDLED) {
        cf_session_end(session, client->number[CRASHFREE_UNHANDLED] == CRASHFREE_UNHANDLED_END
                                    ? CRASHFREE_UNHANDLED_END
                                    : CRASHFREE_CRASHED);
        cf_transport_send(client, CF_EVENT);
    } else if (news) {
        cf_transport_wake_in(client, 0);
    }
}

bool crashfree_set_user(crashfree *client, const char *id, size_t length) {
    char did[CRASHFREE_USER_ID_MAX + 1] = {0};
    const bool fits = cf_text_copy(did, CRASHFREE_USER_ID_MAX, id, length) <= CRASHFREE_USER_ID_MAX;
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
        crashfree_start_session(client, false);
    } else if (!cf_session_identify(session, did)) {
        return fits;
    }
    cf_transport_wake_in(client, 0);
    return fits;
}

void crashfree_set_consent(crashfree *client, crashfree_consent consent) {
    const bool was_denied = client->number[CRASHFREE_CONSENT] == CRASHFREE_CONSENT_IS_DENIED;

    if (client->closed) {
        return;
    }
    client->number[CRASHFREE_CONSENT] = consent;
    if (consent == CRASHFREE_CONSENT_IS_DENIED) {
        client->start_on_grant |= client->end > client->sessions;
        client->end = client->sessions;
    } else if (was_denied && client->start_on_grant) {
        client->start_on_grant = false;
        crashfree_start_session(client, true);
    } else {
        crashfree_flush(client);
    }
}

void crashfree_flush(crashfree *client) {
    client->failures = 0;
    cf_transport_send(client, CF_EVENT);
}

void crashfree_hide(crashfree *client, bool final) {
    client->ended |= final;
    cf_transport_send(client, final ? CF_END : CF_HIDE);
}

uint32_t crashfree_count(const crashfree *client, crashfree_counter counter) {
    return client->counters[counter];
}

void crashfree_close(crashfree *client) {
    cf_transport_send(client, CF_HIDE);
    client->closed = true;
}
