#include "timestamp.h"

#include "timing.h"

char *cf_digits(char *out, uint32_t value, int count) {
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + count;
}

/* Writes a part of a timestamp and the character behind it. */
static char *part(char *out, uint32_t value, int count, char after) {
    out = cf_digits(out, value, count);
    *out++ = after;
    return out;
}

double cf_timestamp_or_epoch(double time) {
    return time >= 0 && time <= CF_TIMESTAMP_MAX ? time : 0;
}

void cf_timestamp(char out[CF_TIMESTAMP_LENGTH + 1], double time) {
    const double valid = cf_timestamp_or_epoch(time);
    const uint32_t day = (uint32_t)(valid / CF_DAY_MS);
    const uint32_t ms = (uint32_t)(valid - day * CF_DAY_MS);

    /* Years are counted from 1 March of year 0: then the leap day is the last of a year, of four years
     * and of a century that has it. Four times a day number, and 3, gives the part by one division;
     * months follow from a straight line (30.6 days each). */
    const uint32_t since = day + 719468;
    const uint32_t century = (4 * since + 3) / 146097;
    const uint32_t in_century = since - 146097 * century / 4;
    const uint32_t year_of_century = (4 * in_century + 3) / 1461;
    const uint32_t in_year = in_century - 1461 * year_of_century / 4;
    const uint32_t month = (5 * in_year + 2) / 153;
    const uint32_t days = in_year - (153 * month + 2) / 5;
    const uint32_t year = 100 * century + year_of_century + (month > 9);

    out = part(out, year, 4, '-');
    out = part(out, month > 9 ? month - 9 : month + 3, 2, '-');
    out = part(out, days + 1, 2, 'T');
    out = part(out, ms / 3600000, 2, ':');
    out = part(out, ms / 60000 % 60, 2, ':');
    out = part(out, ms / 1000 % 60, 2, '.');
    out = part(out, ms % 1000, 3, 'Z');
    *out = '\0';
}
