/* How counts are written (protocol 2). */
#include "aggregate.h"

#include <string.h>

/* Room for the attributes was made for the worst case, and so it is for all that is added here. */
static void add(crashfree_aggregate *aggregate, const char *text, size_t length) {
    memcpy(aggregate->text + aggregate->length, text, length);
    aggregate->length += length;
}

static void add_text(crashfree_aggregate *aggregate, const char *text) {
    add(aggregate, text, strlen(text));
}

static void add_number(crashfree_aggregate *aggregate, uint32_t value) {
    char digits[CF_TEXT_NUMBER_MAX];
    char *const end = digits + CF_TEXT_NUMBER_MAX;
    const char *const first = cf_text_number(end, value);

    add(aggregate, first, (size_t)(end - first));
}

static void add_minute(crashfree_aggregate *aggregate, const cf_minute *minute) {
    static const char *const names[CRASHFREE_AGGREGATE_ENDS] = {"exited", "errored", "crashed"};
    char started[CF_TIMESTAMP_LENGTH + 1];

    cf_timestamp(started, minute->started);
    add_text(aggregate, "{\"started\":\"");
    add_text(aggregate, started);
    add_text(aggregate, "\"");
    for (int end = 0; end < CRASHFREE_AGGREGATE_ENDS; end++) {
        add_text(aggregate, ",\"");
        add_text(aggregate, names[end]);
        add_text(aggregate, "\":");
        add_number(aggregate, minute->ended[end]);
    }
    add_text(aggregate, "}");
}

/* The attributes that all items share, as one JSON object; cJSON escapes what is in the names. */
static void write_attributes(const cf_attributes *attributes, char out[CF_ATTRIBUTES_TEXT_MAX]) {
    cJSON object = {.type = cJSON_Object};
    cJSON release = {.type = cJSON_String,
                     .string = (char *)"release",
                     .valuestring = (char *)attributes->release};
    cJSON environment = {.type = cJSON_String,
                         .string = (char *)"environment",
                         .valuestring = (char *)attributes->environment};

    object.child = &release;
    if (attributes->environment[0] != '\0') {
        release.next = &environment;
    }
    (void)cJSON_PrintPreallocated(&object, out, CF_ATTRIBUTES_TEXT_MAX, false);
}

void cf_aggregate_write(crashfree_aggregate *aggregate, bool report, double now) {
    const cf_minutes *const minutes = &aggregate->minutes;
    cf_envelope *const envelope = &aggregate->envelope;
    char attributes[CF_ATTRIBUTES_TEXT_MAX] = "";

    aggregate->length = 0;
    cf_envelope_begin(envelope, now, cf_destination_header_dsn(&aggregate->destination));
    add(aggregate, envelope->text, envelope->length);
    write_attributes(&aggregate->destination.attributes, attributes);
    for (size_t i = 0; i < minutes->count; i++) {
        const bool first = i % CRASHFREE_AGGREGATE_ITEM_MAX == 0;
        const bool last = i + 1 == minutes->count || (i + 1) % CRASHFREE_AGGREGATE_ITEM_MAX == 0;

        add_text(aggregate, first ? "{\"type\":\"sessions\"}\n{\"aggregates\":[" : ",");
        add_minute(aggregate, &minutes->list[i]);
        if (last) {
            add_text(aggregate, "],\"attrs\":");
            add_text(aggregate, attributes);
            add_text(aggregate, "}\n");
        }
    }
    if (report) {
        envelope->length = 0;
        (void)cf_envelope_add_report(envelope, minutes->unreported, now);
        add(aggregate, envelope->text, envelope->length);
    }
}
