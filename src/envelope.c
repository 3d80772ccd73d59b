#include "envelope.h"

#include "timestamp.h"

#include <cJSON.h>
#include <limits.h>
#include <string.h>

/* A client report has the most members: a time, and three, one a number, of each kind of loss. */
#define NODES_MAX 32
#define NUMBERS_MAX (CRASHFREE_COUNTERS - CRASHFREE_DROPPED_QUEUE)
/* Of 2^32 - 1. */
#define DIGITS_MAX 10

/*
 * A JSON object under construction: cJSON's nodes, in the order in which they are written. They are
 * linked here, so that nothing is allocated. Texts are not copied: they must outlive it.
 */
typedef struct document {
    cJSON nodes[NODES_MAX]; /* the first one is the object */
    cJSON *last;
    cJSON **next; /* where the next node is linked */
    char digits[NUMBERS_MAX][DIGITS_MAX + 1];
    unsigned numbers;
} document;

static cJSON *add(document *document, const char *key, int type) {
    cJSON *node = ++document->last;

    node->type = type;
    node->string = (char *)key;
    *document->next = node;
    document->next = &node->next;
    return node;
}

static void begin(document *document) {
    memset(document, 0, sizeof *document);
    document->last = document->nodes;
    document->nodes[0].type = cJSON_Object;
    document->next = &document->nodes[0].child;
}

/* Adds an object or an array, to which belongs what follows. */
static cJSON *add_parent(document *document, const char *key, int type) {
    cJSON *node = add(document, key, type);

    document->next = &node->child;
    return node;
}

/* An empty text is left out. */
static void add_text(document *document, const char *key, const char *text) {
    if (text[0] != '\0') {
        add(document, key, cJSON_String)->valuestring = (char *)text;
    }
}

/* As raw text: cJSON's own numbers go through a double and printf. */
static void add_number(document *document, const char *key, uint32_t value) {
    char *text = document->digits[document->numbers++] + DIGITS_MAX;

    do {
        *--text = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    add(document, key, cJSON_Raw)->valuestring = text;
}

/* Returns the length, 0 if it does not fit. */
static size_t print(document *document, char *out, size_t capacity) {
    const int room = capacity < INT_MAX ? (int)capacity : INT_MAX;

    return cJSON_PrintPreallocated(document->nodes, out, room, false) ? strlen(out) : 0;
}

static bool add_line(cf_envelope *envelope, document *document) {
    const size_t length =
        print(document, envelope->text + envelope->length, sizeof envelope->text - envelope->length);

    if (length == 0) {
        return false;
    }
    envelope->length += length;
    /* Where the NUL is now. */
    envelope->text[envelope->length++] = '\n';
    return true;
}

void cf_envelope_begin(cf_envelope *envelope, double now, const char *dsn) {
    char sent_at[CF_TIMESTAMP_LENGTH + 1];
    document header;

    envelope->length = 0;
    begin(&header);
    cf_timestamp(sent_at, now);
    add_text(&header, "sent_at", sent_at);
    add_text(&header, "dsn", dsn);
    add_parent(&header, "sdk", cJSON_Object);
    add_text(&header, "name", "crashfree");
    add_text(&header, "version", CRASHFREE_VERSION);
    (void)add_line(envelope, &header); /* always fits */
}

/* Begins an item without a length: its payload has no line feed and ends at one. */
static bool add_header(cf_envelope *envelope, document *header, const char *type) {
    begin(header);
    add_text(header, "type", type);
    return add_line(envelope, header);
}

/* Completes an item, or takes back the part that did fit. */
static bool add_payload(cf_envelope *envelope, document *payload, bool headed, size_t before) {
    if (headed && add_line(envelope, payload)) {
        return true;
    }
    envelope->length = before;
    return false;
}

/* A session, and room for the texts that it refers to. */
typedef struct session_document {
    document item;
    char started[CF_TIMESTAMP_LENGTH + 1];
    char timestamp[CF_TIMESTAMP_LENGTH + 1];
} session_document;

static void write_session(session_document *document, const cf_session *session,
                          crashfree_session_status status, const cf_attributes *attributes,
                          double now) {
    static const char statuses[][10] = {"ok", "exited", "crashed", "unhandled", "abnormal"};
    struct document *item = &document->item;

    cf_timestamp(document->started, session->started);
    cf_timestamp(document->timestamp, now > session->started ? now : session->started);
    begin(item);
    add_text(item, "sid", session->sid);
    if (session->init == CF_UNSENT) {
        add(item, "init", cJSON_Raw)->valuestring = "true";
    }
    add_text(item, "started", document->started);
    add_text(item, "timestamp", document->timestamp);
    add_text(item, "status", statuses[status]);
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
    session_document document;
    const bool headed = add_header(envelope, &document.item, "session");

    write_session(&document, session, cf_session_wire_status(session), attributes, now);
    return add_payload(envelope, &document.item, headed, before);
}

bool cf_envelope_add_report(cf_envelope *envelope, const uint32_t *lost, double now) {
    static const char reasons[CRASHFREE_COUNTERS - CRASHFREE_DROPPED_QUEUE][18] = {
        "queue_overflow", "ratelimit_backoff", "network_error", "send_error",
        "sample_rate",    "before_send",       "backpressure"};
    const size_t before = envelope->length;
    char timestamp[CF_TIMESTAMP_LENGTH + 1];
    document report;
    const bool headed = add_header(envelope, &report, "client_report");

    begin(&report);
    cf_timestamp(timestamp, now);
    add_text(&report, "timestamp", timestamp);
    add_parent(&report, "discarded_events", cJSON_Array);
    for (int i = 0; i < CRASHFREE_COUNTERS - CRASHFREE_DROPPED_QUEUE; i++) {
        if (lost[i] > 0) {
            cJSON *entry = add_parent(&report, NULL, cJSON_Object);

            add_text(&report, "reason", reasons[i]);
            add_text(&report, "category", "session");
            add_number(&report, "quantity", lost[i]);
            report.next = &entry->next;
        }
    }
    return add_payload(envelope, &report, headed, before);
}

size_t cf_envelope_session_json(char *out, size_t capacity, const cf_session *session,
                                const cf_attributes *attributes, double now) {
    session_document document;

    write_session(&document, session, session->status, attributes, now);
    return print(&document.item, out, capacity);
}
