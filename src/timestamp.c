#include "timestamp.h"

#include <stdint.h>

/* 9999-12-31T23:59:59.999Z */
#define LAST_MS 253402300799999.0

static char *digits(char *out, uint32_t value, int count, char after) {
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    out[count] = after;
    return out + count + 1;
}

void cf_timestamp(char out[CF_TIMESTAMP_LENGTH + 1], double time) {
    const double valid = time >= 0 && time <= LAST_MS ? time : 0;
    const uint32_t day = (uint32_t)(valid / 86400000.0);
    const uint32_t ms = (uint32_t)(valid - day * 86400000.0);

    /* Years are counted from 1 March of year 0: then the leap day is the last of a year, and the
     * months before a day follow from a straight line (30.6 days each). */
    const uint32_t since = day + 719468;
    const uint32_t in_era = since % 146097; /* of 400 years */
    const uint32_t year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    const uint32_t in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const uint32_t month = (5 * in_year + 2) / 153;
    const uint32_t days = in_year - (153 * month + 2) / 5;
    const uint32_t year = since / 146097 * 400 + year_of_era + (month > 9);

    out = digits(out, year, 4, '-');
    out = digits(out, month > 9 ? month - 9 : month + 3, 2, '-');
    out = digits(out, days + 1, 2, 'T');
    out = digits(out, ms / 3600000, 2, ':');
    out = digits(out, ms / 60000 % 60, 2, ':');
    out = digits(out, ms / 1000 % 60, 2, '.');
    out = digits(out, ms % 1000, 3, 'Z');
    *out = '\0';
}
