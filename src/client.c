/* What happens on the page. */
#include "delivery.h"
#include "digest.h"
#include "host.h"
#include "queue.h"
#include "text.h"

#include <string.h>

#define MINUTE_MS 60000.0
/* Finer than any clock of a page. */
#define TICK_MS 0.001

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
    client->number[CRASHFREE_OPTION_PER_MINUTE] = CRASHFREE_PER_MINUTE_DEFAULT;
    client->number[CRASHFREE_OPTION_REPORTS] = 1;
    return client;
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
        present != NULL ? present->changed
                        : client->monotonic - (CRASHFREE_AGE_MAX_MS - CRASHFREE_AGE_MARGIN_MS);

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

/* Bytes for a session whose host gives none, or always the same: from the time and the number of the
 * session. */
static void improvise(const crashfree *client, unsigned char random[CF_SID_BYTES]) {
    cf_digest digest;

    cf_digest_begin(&digest);
    cf_digest_add(&digest, &client->now, sizeof client->now);
    cf_digest_add(&digest, &client->monotonic, sizeof client->monotonic);
    cf_digest_add(&digest, client->counters, sizeof client->counters);
    for (int i = 0; i < CF_DIGEST_PARTS; i++) {
        random[2 * i] = (unsigned char)digest.parts[i];
        random[2 * i + 1] = (unsigned char)(digest.parts[i] >> 8);
    }
}

static void open_session(crashfree *client, double at) {
    const cf_session *const present = cf_queue_present(client);

    client->last_exit = at;
    if (present != NULL) {
        /* After a crash a session takes no error, neither one of before. */
        client->last_exit = present->status == CRASHFREE_SESSION_EXITED ? present->changed
                                                                        : present->began - TICK_MS;
    }
    cf_session *const session = cf_queue_add(client);
    unsigned char random[CF_SID_BYTES] = {0};

    client->opened++;
    client->counters[CRASHFREE_COUNT_STARTED]++;
    cf_host_random(client, random, sizeof random);
    if (memcmp(random, client->random, sizeof random) == 0) {
        improvise(client, random);
    } else {
        memcpy(client->random, random, sizeof random);
    }
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

/* The running session, or NULL. One that is too old for the server is succeeded by another first. */
static cf_session *fresh(crashfree *client, double at) {
    const cf_session *const session = running(client);

    if (session != NULL && cf_state_is_too_old(client, session->began)) {
        start(client, false, at);
    }
    return running(client);
}

void crashfree_start_session(crashfree *client, bool announce, double at) {
    start(client, announce, moment(client, at));
}

void crashfree_end_session(crashfree *client, crashfree_session_status status, double at) {
    const bool is_final = status > CRASHFREE_SESSION_OK && status <= CRASHFREE_SESSION_ABNORMAL;
    const double then = moment(client, at);
    cf_session *const session = running(client);

    if (session != NULL) {
        cf_session_end(session, is_final ? status : CRASHFREE_SESSION_EXITED, then);
        cf_delivery_wake_in(client, 0);
    }
}

/* The session that an error of the moment `at` belongs to, or NULL; the header states the rule. */
static cf_session *session_at(crashfree *client, double at) {
    cf_session *const present = cf_queue_present(client);
    cf_session *const heir = running(client);

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
    cf_session *session = is_past ? session_at(client, then) : running(client);

    if (session == running(client)) {
        session = fresh(client, client->monotonic);
    }
    if (session == NULL) {
        return;
    }
    const bool news = cf_session_error(session, then);

    if (kind == CRASHFREE_ERROR_UNHANDLED) {
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

/* The id as it travels, with NULs up to the end of `did`. */
static void write_did(char did[CRASHFREE_USER_ID_MAX + 1], const char *id, size_t length) {
    static const char prefix[] = "crashfree:";
    cf_digest digest;

    memset(did, 0, CRASHFREE_USER_ID_MAX + 1);
    if (cf_text_copy(did, CRASHFREE_USER_ID_MAX, id, length) <= CRASHFREE_USER_ID_MAX) {
        return;
    }
    cf_digest_begin(&digest);
    cf_digest_add(&digest, id, length);
    memset(did, 0, CRASHFREE_USER_ID_MAX + 1);
    memcpy(did, prefix, sizeof prefix - 1);
    for (int i = 0; i < 4 * CF_DIGEST_PARTS; i++) {
        const uint32_t part = digest.parts[CF_DIGEST_PARTS - 1 - i / 4];

        did[(int)sizeof prefix - 1 + i] = "0123456789abcdef"[part >> (12 - 4 * (i % 4)) & 15];
    }
}

void crashfree_set_user(crashfree *client, const char *id, size_t length, double at) {
    const double then = moment(client, at);

    if (client->closed) {
        return;
    }
    write_did(client->did, id, length);
    /* Nobody is no news, and an old session succeeded by another has the id already. */
    cf_session *const session = client->did[0] != '\0' ? fresh(client, then) : NULL;

    if (session == NULL || strcmp(session->did, client->did) == 0) {
        return;
    }
    if (session->did[0] != '\0') {
        start(client, false, then);
    } else if (!cf_session_identify(session, client->did, then)) {
        return;
    }
    cf_delivery_wake_in(client, 0);
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

void crashfree_close(crashfree *client) {
    cf_state_look_at_clocks(client);
    cf_delivery_send(client, CF_HIDE);
    client->closed = true;
}
