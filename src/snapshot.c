/* What of a client can be seen and kept: the present session as JSON, and records of sessions. */
#include "envelope.h"
#include "queue.h"
#include "text.h"
#include "timestamp.h"
#include "timing.h"

#include <string.h>

/* A record of another version is none. */
#define RECORD_VERSION '1'
/* In place of a crashfree_session_status: abnormal, as the page was killed. */
#define STATUS_KILLED (CRASHFREE_SESSION_ABNORMAL + 1)

/* Where the parts of a record begin. From the version to the start they are decimal digits, as many
 * as there is room; the last part is the did. */
enum {
    AT_VERSION = CRASHFREE_SID_LENGTH,
    AT_DUE = CRASHFREE_RECORD_DUE,
    AT_ANNOUNCED = AT_DUE + 1,
    AT_STATUS = AT_ANNOUNCED + 1,
    AT_ERRORS = AT_STATUS + 1,
    AT_DAY = AT_ERRORS + 9, /* of the start, since the epoch */
    AT_TIME = AT_DAY + 7,   /* the milliseconds of that day */
    AT_DID = AT_TIME + 8
};

_Static_assert(AT_DUE == AT_VERSION + 1, "the version of a record is one digit");
_Static_assert(AT_DID + CRASHFREE_USER_ID_MAX + 1 == CRASHFREE_RECORD_MAX,
               "the longest record fills its room");

size_t crashfree_session(crashfree *client, char *out, size_t capacity) {
    const cf_session *const session = cf_queue_present(client);
    /* No session takes more. */
    const size_t room = capacity < CRASHFREE_ENVELOPE_MAX ? capacity : CRASHFREE_ENVELOPE_MAX;

    if (session == NULL) {
        return 0;
    }
    cf_state_look_at_clocks(client);
    return cf_envelope_session_json(&client->envelope, out, room, session,
                                    &client->destination.attributes, client->now);
}

unsigned crashfree_saveable(const crashfree *client) {
    return (unsigned)(client->sessions_end - client->sessions);
}

/* Whether a fact has to be told by whoever reads the record. */
static bool is_open(uint32_t request) {
    return request == CF_UNSENT || request == CF_DOUBTFUL;
}

/*
 * The state that a record gives. That of a session that is over is `exited`, unless another end is
 * still to be told: one that is on its way or taken must not be told twice.
 */
static int recorded_status(const cf_session *session, bool runs) {
    const bool is_untold = is_open(session->update_request) && !cf_session_is_running(session);

    if (!runs && !is_untold) {
        return CRASHFREE_SESSION_EXITED;
    }
    return session->killed ? STATUS_KILLED : (int)session->status;
}

size_t crashfree_save(const crashfree *client, unsigned index, char *out, size_t capacity) {
    if (index >= crashfree_saveable(client) || capacity < CRASHFREE_RECORD_MAX) {
        return 0;
    }
    const cf_session *const session = &client->sessions[index];
    const bool runs = cf_session_is_running(session) && !client->closed;

    const bool waits = cf_session_is_due(session) || cf_session_is_doubtful(session);

    if (session->discarded || !(runs || waits)) {
        return 0;
    }
    const double started = cf_timestamp_or_epoch(session->started);
    const uint32_t day = (uint32_t)(started / CF_DAY_MS);

    memcpy(out, session->sid, AT_VERSION);
    out[AT_VERSION] = RECORD_VERSION;
    out[AT_DUE] = waits ? '1' : '0';
    out[AT_ANNOUNCED] = is_open(session->init_request) ? '0' : '1';
    out[AT_STATUS] = (char)('0' + recorded_status(session, runs));
    cf_text_digits(out + AT_ERRORS, session->errors, AT_DAY - AT_ERRORS);
    cf_text_digits(out + AT_DAY, day, AT_TIME - AT_DAY);
    cf_text_digits(out + AT_TIME, (uint32_t)(started - day * CF_DAY_MS), AT_DID - AT_TIME);
    memcpy(out + AT_DID, session->did, sizeof session->did);
    return strlen(out);
}

/* The number that the digits from `at` to `end` are. */
static uint32_t number(const char *record, int at, int end) {
    uint32_t value = 0;

    for (; at < end; at++) {
        value = value * 10 + (uint32_t)(record[at] - '0');
    }
    return value;
}

/* Whether a text has the form of a record: hexadecimal digits, then decimal ones, then the did. */
static bool is_record(const char *text, size_t length) {
    char nothing;

    if (length < AT_DID || length > AT_DID + CRASHFREE_USER_ID_MAX) {
        return false;
    }
    for (int i = 0; i < AT_DID; i++) {
        const bool is_letter = text[i] >= 'a' && text[i] <= 'f' && i < AT_VERSION;

        if ((text[i] < '0' || text[i] > '9') && !is_letter) {
            return false;
        }
    }
    /* A did that copying would change is none that was written here. */
    return text[AT_VERSION] == RECORD_VERSION && text[AT_DUE] <= '1' && text[AT_ANNOUNCED] <= '1' &&
           text[AT_STATUS] <= '0' + STATUS_KILLED &&
           cf_text_copy(&nothing, 0, text + AT_DID, length - AT_DID) == length - AT_DID;
}

bool crashfree_restore(crashfree *client, const char *record, size_t length, bool killed) {
    if (!is_record(record, length) || cf_queue_find(client, record) != NULL) {
        return false;
    }
    const int status = record[AT_STATUS] - '0';
    const bool was_killed = status == STATUS_KILLED || (killed && status == CRASHFREE_SESSION_OK);
    const double started =
        number(record, AT_DAY, AT_TIME) * CF_DAY_MS + number(record, AT_TIME, AT_DID);

    if (started > CF_TIMESTAMP_MAX || (record[AT_DUE] == '0' && !was_killed)) {
        return false;
    }
    cf_state_look_at_clocks(client);
    /* After a clock was set back its session is as good as new. */
    const double age = started < client->now ? client->now - started : 0;

    if (cf_state_is_too_old(client, client->monotonic - age)) {
        return false;
    }
    cf_session *const session = cf_queue_add(client);

    memcpy(session->sid, record, CRASHFREE_SID_LENGTH);
    (void)cf_text_copy(session->did, CRASHFREE_USER_ID_MAX, record + AT_DID, length - AT_DID);
    session->started = started;
    session->began = client->monotonic - age;
    session->changed = client->monotonic;
    session->init_request = record[AT_ANNOUNCED] == '0' ? CF_UNSENT : CF_TAKEN;
    session->errors = number(record, AT_ERRORS, AT_DAY);
    session->sampled = true;
    session->killed = was_killed;
    if (was_killed) {
        session->status = CRASHFREE_SESSION_ABNORMAL;
    } else if (status == CRASHFREE_SESSION_OK) {
        session->status = CRASHFREE_SESSION_EXITED;
    } else {
        session->status = (crashfree_session_status)status;
    }
    return true;
}
