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

/* Whether a part of a list of categories matches this one; an empty list matches all. */
static bool matches(const char *text, size_t length, const char *category) {
    return length == 0 || (length == strlen(category) && memcmp(text, category, length) == 0);
}

bool cf_ratelimit_update(cf_ratelimit *limits, const char *category, double now, int status,
                         const char *header, size_t length, double retry_after) {
    enum { SECONDS, CATEGORIES, OTHER };
    int field = SECONDS;
    double delay = 0;
    bool limited = false;

    if (length == 0) {
        if (status == 429) {
            delay = retry_after >= 0 ? retry_after : DEFAULT_SECONDS;
            extend(&limits->items, now, delay);
            extend(&limits->reports, now, delay);
        }
        return status == 429;
    }
    const char *const end = header + length;

    /* `seconds:category;category:scope:reason`, and the next limit behind a comma. */
    do {
        const char *part = header;
        size_t size = 0; /* without the blanks around it */
        bool items = false;
        bool reports = false;

        for (; header < end && *header != ',' && *header != ':' && *header != ';'; header++) {
            if (*header != ' ' && size++ == 0) {
                part = header;
            }
        }
        const char separator = header < end ? *header : ',';

        if (field == SECONDS) {
            delay = seconds(part, size);
            /* An element of the list that is empty is no limit. */
            items = reports = separator == ',' && size > 0;
        } else if (field == CATEGORIES) {
            items = matches(part, size, category);
            reports = matches(part, size, "internal");
        }
        if (items) {
            extend(&limits->items, now, delay);
            limited = true;
        }
        if (reports) {
            extend(&limits->reports, now, delay);
        }
        if (separator == ',') {
            field = SECONDS;
        } else if (separator == ':') {
            field++;
        }
    } while (header++ < end);
    return limited;
}
