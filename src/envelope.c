#include "envelope.h"

#include "timestamp.h"

#include <cJSON.h>
#include <limits.h>
#include <string.h>

/*
 * Adds a member to an object, or an element to an array, where cJSON ignores the key. Texts are not
 * copied: they must outlive the object. If memory runs out, `parent` gets a type that cJSON refuses
 * to print, so that nothing goes out incomplete.
 */
static void add(cJSON *parent, const char *key, cJSON *value) {
    if (!cJSON_AddItemToObjectCS(parent, key, value)) {
        cJSON_Delete(value);
        if (parent != NULL) {
            parent->type = cJSON_Invalid;
        }
    }
}

static void add_text(cJSON *parent, const char *key, const char *text) {
    if (text[0] != '\0') {
        add(parent, key, cJSON_CreateStringReference(text));
    }
}

/* Prints the object and deletes it. Returns the length, 0 if it failed or does not fit. */
static size_t print(cJSON *object, char *out, size_t capacity) {
    const bool printed =
        capacity <= INT_MAX && cJSON_PrintPreallocated(object, out, (int)capacity, false);

    cJSON_Delete(object);
    return printed ? strlen(out) : 0;
}

static bool add_line(cf_envelope *envelope, cJSON *object) {
    const size_t length =
        print(object, envelope->text + envelope->length, envelope->capacity - envelope->length);

    if (length == 0) {
        return false;
    }
    envelope->length += length;
    /* Where the NUL is now. */
    envelope->text[envelope->length++] = '\n';
    return true;
}

bool cf_envelope_begin(cf_envelope *envelope, double now, const char *dsn) {
    char sent_at[CF_TIMESTAMP_LENGTH + 1];
    cJSON *header = cJSON_CreateObject();
    cJSON *sdk = cJSON_CreateObject();

    cf_timestamp(sent_at, now);
    add_text(header, "sent_at", sent_at);
    add_text(header, "dsn", dsn);
    add_text(sdk, "name", "crashfree");
    add_text(sdk, "version", CRASHFREE_VERSION);
    add(header, "sdk", sdk);
    return add_line(envelope, header);
}

/* Adds an item without a length: its payload has no line feed and ends at one. */
static bool add_item(cf_envelope *envelope, const char *type, cJSON *payload) {
    const size_t before = envelope->length;
    cJSON *header = cJSON_CreateObject();

    add_text(header, "type", type);
    const bool headed = add_line(envelope, header);

    if (!add_line(envelope, payload) || !headed) {
        envelope->length = before;
        return false;
    }
    return true;
}

/* Room for the texts that a session's JSON refers to. */
typedef struct session_times {
    char started[CF_TIMESTAMP_LENGTH + 1];
    char timestamp[CF_TIMESTAMP_LENGTH + 1];
} session_times;

static cJSON *session_object(const cf_session *session, crashfree_session_status status,
                             const cf_attributes *attributes, double now, session_times *times) {
    static const char *const statuses[] = {"ok", "exited", "crashed", "unhandled", "abnormal"};
    cJSON *item = cJSON_CreateObject();
    cJSON *attrs = cJSON_CreateObject();

    cf_timestamp(times->started, session->started);
    cf_timestamp(times->timestamp, now > session->started ? now : session->started);
    add_text(item, "sid", session->sid);
    if (session->init == CF_UNSENT) {
        add(item, "init", cJSON_CreateTrue());
    }
    add_text(item, "started", times->started);
    add_text(item, "timestamp", times->timestamp);
    add_text(item, "status", statuses[status]);
    add(item, "errors", cJSON_CreateNumber(session->errors));
    add_text(item, "did", session->did);
    add_text(attrs, "release", attributes->release);
    add_text(attrs, "environment", attributes->environment);
    add_text(attrs, "user_agent", attributes->user_agent);
    add(item, "attrs", attrs);
    return item;
}

bool cf_envelope_add_session(cf_envelope *envelope, const cf_session *session,
                             const cf_attributes *attributes, double now) {
    session_times times;

    return add_item(
        envelope, "session",
        session_object(session, cf_session_wire_status(session), attributes, now, &times));
}

bool cf_envelope_add_report(cf_envelope *envelope, const uint32_t *lost, double now) {
    static const char *const reasons[CRASHFREE_COUNTERS - CRASHFREE_DROPPED_QUEUE] = {
        "queue_overflow", "ratelimit_backoff", "network_error", "send_error",
        "sample_rate",    "before_send",       "backpressure"};
    char timestamp[CF_TIMESTAMP_LENGTH + 1];
    cJSON *report = cJSON_CreateObject();
    cJSON *list = cJSON_CreateArray();

    cf_timestamp(timestamp, now);
    add_text(report, "timestamp", timestamp);
    for (int i = 0; i < CRASHFREE_COUNTERS - CRASHFREE_DROPPED_QUEUE; i++) {
        if (lost[i] > 0) {
            cJSON *entry = cJSON_CreateObject();

            add_text(entry, "reason", reasons[i]);
            add_text(entry, "category", "session");
            add(entry, "quantity", cJSON_CreateNumber(lost[i]));
            add(list, "", entry);
        }
    }
    add(report, "discarded_events", list);
    return add_item(envelope, "client_report", report);
}

size_t cf_envelope_session_json(char *out, size_t capacity, const cf_session *session,
                                const cf_attributes *attributes, double now) {
    session_times times;
    cJSON *item = session_object(session, session->status, attributes, now, &times);

    return print(item, out, capacity);
}
