#include "ratelimit.h"

#include <string.h>

/* For a 429 that names no time, and for a time that is none (protocol 5.1). */
#define DEFAULT_SECONDS 60.0
/* Nothing is held back longer than a day: Relay itself stops at 300 s, sentry-native at this. */
#define LONGEST_SECONDS 86400.0

/* Cuts the part up to `mark`, or the end, off `rest` and returns its length without the blanks
 * around it; `start` becomes its first character. */
static size_t next(const char **rest, const char *end, char mark, const char **start) {
    const char *stop = *rest;

    while (stop < end && *stop != mark) {
        stop++;
    }
    *start = *rest;
    *rest = stop < end ? stop + 1 : end;
    while (*start < stop && **start == ' ') {
        ++*start;
    }
    while (stop > *start && stop[-1] == ' ') {
        stop--;
    }
    return (size_t)(stop - *start);
}

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

bool cf_ratelimit_update(cf_ratelimit *limits, double now, int status, const char *header,
                         size_t length, double retry_after) {
    const char *const header_end = header + length;
    bool limited = false;

    if (length == 0 && status == 429) {
        const double delay = retry_after >= 0 ? retry_after : DEFAULT_SECONDS;

        extend(&limits->sessions, now, delay);
        extend(&limits->reports, now, delay);
        return true;
    }
    while (header < header_end) {
        const char *limit;
        const char *number;
        const char *categories;
        const char *category;
        const size_t limit_length = next(&header, header_end, ',', &limit);

        if (limit_length == 0) {
            continue;
        }
        const char *const limit_end = limit + limit_length;
        const size_t number_length = next(&limit, limit_end, ':', &number);
        const double delay = seconds(number, number_length);
        const size_t categories_length = next(&limit, limit_end, ':', &categories);
        const char *const categories_end = categories + categories_length;

        do {
            const size_t size = next(&categories, categories_end, ';', &category);

            if (size == 0 || (size == 7 && memcmp(category, "session", 7) == 0)) {
                extend(&limits->sessions, now, delay);
                limited = true;
            }
            if (size == 0 || (size == 8 && memcmp(category, "internal", 8) == 0)) {
                extend(&limits->reports, now, delay);
            }
        } while (categories < categories_end);
    }
    return limited;
}
