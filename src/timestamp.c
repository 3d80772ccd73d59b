#include "timestamp.h"

#include <stdbool.h>
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
    uint32_t days = (uint32_t)(valid / 86400000.0);
    const uint32_t ms = (uint32_t)(valid - days * 86400000.0);
    uint32_t year = 1970;
    uint32_t month = 0;

    /* Months are walked: this is smaller than the closed form and fast enough. */
    for (;;) {
        const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        const uint32_t length = month == 1 ? 28U + leap : 31 - (month + month / 7) % 2;

        if (days < length) {
            break;
        }
        days -= length;
        month++;
        if (month == 12) {
            month = 0;
            year++;
        }
    }
    out = digits(out, year, 4, '-');
    out = digits(out, month + 1, 2, '-');
    out = digits(out, days + 1, 2, 'T');
    out = digits(out, ms / 3600000, 2, ':');
    out = digits(out, ms / 60000 % 60, 2, ':');
    out = digits(out, ms / 1000 % 60, 2, '.');
    out = digits(out, ms % 1000, 3, 'Z');
    *out = '\0';
}
