#include "envelope.h"

#include <string.h>

static cJSON *add(cf_document *document, const char *key, int type) {
    cJSON *node = ++document->last;

    node->type = type;
    node->string = (char *)key;
    *document->next = node;
    document->next = &node->next;
    return node;
}

static void begin(cf_document *document) {
    memset(document, 0, sizeof *document);
    document->last = document->nodes;
    document->nodes[0].type = cJSON_Object;
    document->next = &document->nodes[0].child;
}

/* Adds an object or an array, to which belongs what follows. */
static cJSON *add_parent(cf_document *document, const char *key, int type) {
    cJSON *node = add(document, key, type);

    document->next = &node->child;
    return node;
}

/* An empty text is left out. */
static void add_text(cf_document *document, const char *key, const char *text) {
    if (text[0] != '\0') {
        add(document, key, cJSON_String)->valuestring = (char *)text;
    }
}

static void add_raw(cf_document *document, const char *key, const char *text) {
    add(document, key, cJSON_Raw)->valuestring = (char *)text;
}

/* As raw text: cJSON's own numbers go through a double and printf. */
static void add_number(cf_document *document, const char *key, uint32_t value) {
    char *const end = document->digits[document->numbers++] + CF_TEXT_NUMBER_MAX;

    add_raw(document, key, cf_text_number(end, value));
}

/* Returns the length, 0 if it does not fit. */
static size_t print(cf_document *document, char *out, size_t capacity) {
    return cJSON_PrintPreallocated(document->nodes, out, (int)capacity, false) ? strlen(out) : 0;
}

static void write_time(cf_envelope *envelope, char out[CF_TIMESTAMP_LENGTH + 1], double time) {
    if (time != envelope->time || envelope->time_text[0] == '\0') {
        cf_timestamp(envelope->time_text, time);
        envelope->time = time;
    }
    memcpy(out, envelope->time_text, sizeof envelope->time_text);
}

static bool add_line(cf_envelope *envelope) {
    const size_t length = print(&envelope->document, envelope->text + envelope->length,
                                sizeof envelope->text - envelope->length);

    if (length == 0) {
        return false;
    }
    envelope->length += length;
    /* The line feed takes the place of the NUL. */
    envelope->text[envelope->length++] = '\n';
    return true;
}

void cf_envelope_begin(cf_envelope *envelope, double now, const char *dsn) {
    cf_document *const header = &envelope->document;

    envelope->length = 0;
    begin(header);
    write_time(envelope, envelope->timestamp, now);
    add_text(header, "sent_at", envelope->timestamp);
    add_text(header, "dsn", dsn);
    add_parent(header, "sdk", cJSON_Object);
    add_text(header, "name", "crashfree");
    add_text(header, "version", CRASHFREE_VERSION);
    (void)add_line(envelope); /* always fits */
}

/* Begins an item without a length: its payload has no line feed and ends at one. */
static bool add_header(cf_envelope *envelope, const char *type) {
    begin(&envelope->document);
    add_text(&envelope->document, "type", type);
    return add_line(envelope);
}

/* Completes an item, or takes back the part that did fit. */
static bool add_payload(cf_envelope *envelope, bool headed, size_t before) {
    if (headed && add_line(envelope)) {
        return true;
    }
    envelope->length = before;
    return false;
}

static void write_session(cf_envelope *envelope, const cf_session *session,
                          crashfree_session_status status, const cf_attributes *attributes,
                          double now) {
    static const char statuses[][10] = {
        [CRASHFREE_SESSION_OK] = "ok",
        [CRASHFREE_SESSION_EXITED] = "exited",
        [CRASHFREE_SESSION_CRASHED] = "crashed",
        [CRASHFREE_SESSION_UNHANDLED] = "unhandled",
        [CRASHFREE_SESSION_ABNORMAL] = "abnormal",
    };
    cf_document *const item = &envelope->document;

    const double changed = cf_session_timestamp(session);

    write_time(envelope, envelope->started, session->started);
    /* A clock that was set back since must not make it lie in the future. */
    write_time(envelope, envelope->timestamp,
               changed < now || now < session->started ? changed : now);
    begin(item);
    add_text(item, "sid", session->sid);
    if (session->init_request == CF_UNSENT) {
        add_raw(item, "init", "true");
    }
    add_text(item, "started", envelope->started);
    add_text(item, "timestamp", envelope->timestamp);
    add_text(item, "status", statuses[status]);
    if (session->killed && status == CRASHFREE_SESSION_ABNORMAL) {
        add_text(item, "abnormal_mechanism", "anr_foreground");
    }
    add_number(item, "errors", session->errors);
    add_text(item, "did", session->did);
    add_parent(item, "attrs", cJSON_Object);
    add_text(item, "release", attributes->release);
    add_text(item, "environment", attributes->environment);
    add_text(item, "user_agent", attributes->user_agent);
}

bool cf_envelope_add_session(cf_envelope *envelope, const cf_session *session,
                             const cf_attributes *attributes, double now) {
    const size_t before = envelope->length;
    const bool headed = add_header(envelope, "session");

    write_session(envelope, session, cf_session_wire_status(session), attributes, now);
    return add_payload(envelope, headed, before);
}

bool cf_envelope_add_report(cf_envelope *envelope, const uint32_t lost[CF_LOSSES], double now) {
    /* In the order of crashfree_counter. */
    static const char reasons[CF_LOSSES][18] = {
        "queue_overflow", "ratelimit_backoff", "network_error", "send_error",
        "sample_rate",    "before_send",       "backpressure"};
    const size_t before = envelope->length;
    const bool headed = add_header(envelope, "client_report");
    cf_document *const report = &envelope->document;

    begin(report);
    write_time(envelope, envelope->timestamp, now);
    add_text(report, "timestamp", envelope->timestamp);
    add_parent(report, "discarded_events", cJSON_Array);
    for (int i = 0; i < CF_LOSSES; i++) {
        if (lost[i] > 0) {
            cJSON *entry = add_parent(report, NULL, cJSON_Object);

            add_text(report, "reason", reasons[i]);
            add_text(report, "category", "session");
            add_number(report, "quantity", lost[i]);
            report->next = &entry->next;
        }
    }
    return add_payload(envelope, headed, before);
}

size_t cf_envelope_session_json(cf_envelope *envelope, char *out, size_t capacity,
                                const cf_session *session, const cf_attributes *attributes,
                                double now) {
    write_session(envelope, session, session->status, attributes, now);
    return print(&envelope->document, out, capacity);
}
