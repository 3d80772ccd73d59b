#include "timestamp.h"

#include "text.h"
#include "timing.h"

/* Of the Gregorian calendar, whose rules repeat after 400 years. */
enum {
    DAYS_OF_400_YEARS = 146097,
    DAYS_OF_4_YEARS = 1461,    /* with a leap day */
    DAYS_OF_5_MONTHS = 153,    /* from March or August on: 31, 30, 31, 30, 31 */
    DAYS_BEFORE_EPOCH = 719468 /* from 1 March of year 0 to 1 January 1970 */
};

/* Writes a part of a timestamp and the character behind it. */
static char *part(char *out, uint32_t value, int count, char after) {
    out = cf_text_digits(out, value, count);
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
    const uint32_t since = day + DAYS_BEFORE_EPOCH;
    const uint32_t century = (4 * since + 3) / DAYS_OF_400_YEARS;
    const uint32_t in_century = since - DAYS_OF_400_YEARS * century / 4;
    const uint32_t year_of_century = (4 * in_century + 3) / DAYS_OF_4_YEARS;
    const uint32_t in_year = in_century - DAYS_OF_4_YEARS * year_of_century / 4;
    const uint32_t month = (5 * in_year + 2) / DAYS_OF_5_MONTHS;
    const uint32_t days = in_year - (DAYS_OF_5_MONTHS * month + 2) / 5;
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
