#include "ratelimit.h"

#include <string.h>

/* For a 429 that names no time, and for a time that is no number (protocol 5.1). */
#define DEFAULT_SECONDS 60.0
/* Nothing is held back longer than a day: Relay itself stops at 300 s, sentry-native at this. */
#define LONGEST_SECONDS 86400.0

/* Whole seconds; a fraction counts as one more. */
static double seconds(const char *text, size_t length) {
    double value = 0;

    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.' && i > 0) {
            return value + 1;
        }
        if (text[i] < '0' || text[i] > '9') {
            return DEFAULT_SECONDS;
        }
        value = value * 10 + (text[i] - '0');
    }
    return length > 0 ? value : DEFAULT_SECONDS;
}

static void extend(double *end, double now, double delay) {
    const double until = now + (delay < LONGEST_SECONDS ? delay : LONGEST_SECONDS) * 1000;

    if (until > *end) {
        *end = until;
    }
}

static bool is(const char *text, size_t length, const char *word) {
    return length == strlen(word) && memcmp(text, word, length) == 0;
}

bool cf_ratelimit_update(cf_ratelimit *limits, const char *category, double now, int status,
                         const char *header, size_t length, double retry_after) {
    const char *const end = header + length;
    const char *part = NULL;
    size_t size = 0; /* of the part, without the blanks around it */
    int field = 0;   /* of the limit: seconds, categories, and what does not matter here */
    double delay = retry_after >= 0 ? retry_after : DEFAULT_SECONDS;
    bool limited = false;
    bool all = length == 0 && status == 429;

    for (;; header++) {
        const char c = header < end ? *header : ',';

        if (c == ' ') {
            continue;
        }
        if (c != ',' && c != ':' && c != ';') {
            if (size++ == 0) {
                part = header;
            }
            continue;
        }
        /* No category is every category; an element of the list that is empty is none. */
        if (field == 0 && length > 0) {
            delay = seconds(part, size);
            all = c == ',' && size > 0;
        } else if (field == 1) {
            all = size == 0;
        }
        if (all || (field == 1 && is(part, size, category))) {
            extend(&limits->items, now, delay);
            limited = true;
        }
        if (all || (field == 1 && is(part, size, "internal"))) {
            extend(&limits->reports, now, delay);
        }
        if (header >= end) {
            return limited;
        }
        field = c == ',' ? 0 : field + (c == ':');
        size = 0;
        all = false;
    }
}
