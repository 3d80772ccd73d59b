#include "timestamp.h"
#include "test.h"

static const char *of(double time) {
    static char out[CF_TIMESTAMP_LENGTH + 1];

    memset(out, '~', sizeof out);
    cf_timestamp(out, time);
    return out;
}

TEST(writes_rfc_3339_with_milliseconds) {
    CHECK_EQ_STR(of(0), "1970-01-01T00:00:00.000Z");
    CHECK_EQ_STR(of(1767607200000.0), "2026-01-05T10:00:00.000Z");
    CHECK_EQ_STR(of(1767607200999.0), "2026-01-05T10:00:00.999Z");
    CHECK_EQ_STR(of(86399999), "1970-01-01T23:59:59.999Z");
    CHECK_EQ_STR(of(86400000), "1970-01-02T00:00:00.000Z");
}

TEST(cuts_fractions_of_milliseconds) {
    CHECK_EQ_STR(of(1767607200123.9), "2026-01-05T10:00:00.123Z");
    CHECK_EQ_STR(of(86399999.9999), "1970-01-01T23:59:59.999Z");
}

TEST(knows_leap_years) {
    CHECK_EQ_STR(of(951782400000.0), "2000-02-29T00:00:00.000Z");
    CHECK_EQ_STR(of(951868800000.0), "2000-03-01T00:00:00.000Z");
    CHECK_EQ_STR(of(1709164800000.0), "2024-02-29T00:00:00.000Z");
    CHECK_EQ_STR(of(1740787200000.0), "2025-03-01T00:00:00.000Z");
    CHECK_EQ_STR(of(4107542400000.0), "2100-03-01T00:00:00.000Z");
    CHECK_EQ_STR(of(4107456000000.0), "2100-02-28T00:00:00.000Z");
    CHECK_EQ_STR(of(1735603200000.0), "2024-12-31T00:00:00.000Z");
}

TEST(writes_every_day_of_four_centuries_in_order) {
    static const int sizes[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = 1970;
    int month = 0;
    int day = 1;

    for (int i = 0; i < 146097; i++) {
        char expected[64];

        (void)snprintf(expected, sizeof expected, "%04d-%02d-%02dT12:34:56.789Z", year, month + 1,
                       day);
        CHECK_EQ_STR(of(i * 86400000.0 + 45296789.0), expected);
        const int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

        if (++day > sizes[month] + (month == 1 && leap)) {
            day = 1;
            if (++month == 12) {
                month = 0;
                year++;
            }
        }
    }
    CHECK_EQ_INT(year, 2370);
}

TEST(ends_with_the_year_9999) {
    CHECK_EQ_STR(of(253402300799999.0), "9999-12-31T23:59:59.999Z");
    CHECK_EQ_STR(of(253402300800000.0), "1970-01-01T00:00:00.000Z");
}

TEST(writes_the_epoch_for_what_is_no_time) {
    const double zero = 0;

    CHECK_EQ_STR(of(-1), "1970-01-01T00:00:00.000Z");
    CHECK_EQ_STR(of(1e300), "1970-01-01T00:00:00.000Z");
    CHECK_EQ_STR(of(-1e300), "1970-01-01T00:00:00.000Z");
    CHECK_EQ_STR(of((double)strtod("nan", NULL)), "1970-01-01T00:00:00.000Z");
    CHECK_EQ_STR(of(strtod("inf", NULL)), "1970-01-01T00:00:00.000Z");
    CHECK_EQ_STR(of(-zero), "1970-01-01T00:00:00.000Z");
}
