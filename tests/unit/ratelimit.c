/* The rows named H are those of the conformance vectors. */
#include "ratelimit.h"
#include "test.h"

#define NOW 5000.0
#define DAY 86400.0

static cf_ratelimit limits;

static bool update(int status, const char *header, double retry_after) {
    return cf_ratelimit_update(&limits, "session", NOW, status, header, strlen(header),
                               retry_after);
}

/* Seconds that sessions, or client reports, have to wait; -1 if there is no limit. */
static double wait_of(double end) {
    return end == 0 ? -1 : (end - NOW) / 1000;
}

static double sessions(int status, const char *header, double retry_after) {
    memset(&limits, 0, sizeof limits);
    const bool limited = update(status, header, retry_after);

    return limited == (limits.items > 0) ? wait_of(limits.items) : -2;
}

static double reports(int status, const char *header, double retry_after) {
    (void)sessions(status, header, retry_after);
    return wait_of(limits.reports);
}

TEST(no_header_is_no_limit) {
    CHECK_EQ_INT(sessions(200, "", -1), -1);
    CHECK_EQ_INT(sessions(500, "", -1), -1);
    CHECK_EQ_INT(sessions(0, "", -1), -1);
}

TEST(a_header_that_is_absent_may_be_NULL) {
    memset(&limits, 0, sizeof limits);
    CHECK(!cf_ratelimit_update(&limits, "session", NOW, 200, NULL, 0, -1));
    CHECK(cf_ratelimit_update(&limits, "session", NOW, 429, NULL, 0, 13));
    CHECK_EQ_INT(wait_of(limits.items), 13);
}

TEST(a_limit_of_sessions_leaves_reports_alone) {
    CHECK_EQ_INT(sessions(429, "60:session:key", -1), 60);
    CHECK_EQ_INT(reports(429, "60:session:key", -1), -1);
}

TEST(H2_no_category_is_every_category) {
    CHECK_EQ_INT(sessions(200, "60::organization", -1), 60);
    CHECK_EQ_INT(reports(200, "60::organization", -1), 60);
    CHECK_EQ_INT(sessions(200, "60", -1), 60);
    CHECK_EQ_INT(sessions(200, "60:", -1), 60);
}

TEST(H3_retry_after_alone_is_every_category) {
    CHECK_EQ_INT(sessions(429, "", 13), 13);
    CHECK_EQ_INT(reports(429, "", 13), 13);
    CHECK_EQ_INT(sessions(429, "", 0), 0);
}

TEST(H4_a_429_without_header_is_a_minute) {
    CHECK_EQ_INT(sessions(429, "", -1), 60);
    CHECK_EQ_INT(reports(429, "", -1), 60);
}

TEST(retry_after_counts_for_429_only) {
    CHECK_EQ_INT(sessions(200, "", 13), -1);
    CHECK_EQ_INT(sessions(503, "", 13), -1);
}

TEST(H6_blanks_are_ignored) {
    CHECK_EQ_INT(
        sessions(200, " 60 : error;session : key : quota , 2700:default:organization ", -1), 60);
    CHECK_EQ_INT(sessions(200, "60: error ; session :key", -1), 60);
}

TEST(H7_the_header_wins_over_retry_after) {
    CHECK_EQ_INT(sessions(429, "60:error:key", 600), -1);
    CHECK_EQ_INT(reports(429, "60:error:key", 600), -1);
}

TEST(H8_fractions_are_rounded_up) {
    CHECK_EQ_INT(sessions(200, "2.5:session:key", -1), 3);
    CHECK_EQ_INT(sessions(200, "2.:session:key", -1), 3);
}

TEST(H10_the_later_end_stays) {
    CHECK_EQ_INT(sessions(200, "300:session:key", -1), 300);
    CHECK(update(200, "10:session:key", -1));
    CHECK_EQ_INT(wait_of(limits.items), 300);
    CHECK(update(429, "", 10));
    CHECK_EQ_INT(wait_of(limits.items), 300);
    CHECK(update(200, "301:session:key", -1));
    CHECK_EQ_INT(wait_of(limits.items), 301);
    CHECK_EQ_INT(sessions(200, "10:session:key,300:session:key,20:session:key", -1), 300);
}

TEST(H11_metric_buckets_do_not_concern_sessions) {
    CHECK_EQ_INT(sessions(200, "60:metric_bucket:org:quota:custom", -1), -1);
    CHECK_EQ_INT(sessions(429, "60:metric_bucket:org:quota:custom", -1), -1);
}

TEST(H12_a_time_that_is_none_is_a_minute) {
    CHECK_EQ_INT(sessions(200, "abc:session:key", -1), 60);
    CHECK_EQ_INT(sessions(200, ":session:key", -1), 60);
    CHECK_EQ_INT(sessions(200, "-5:session:key", -1), 60);
    CHECK_EQ_INT(sessions(200, ".5:session:key", -1), 60);
    CHECK_EQ_INT(sessions(200, "6 0:session:key", -1), 60);
}

TEST(only_whole_category_names_count) {
    CHECK_EQ_INT(sessions(200, "60:sessions:key", -1), -1);
    CHECK_EQ_INT(sessions(200, "60:sessio:key", -1), -1);
    CHECK_EQ_INT(sessions(200, "60:Session:key", -1), -1);
    CHECK_EQ_INT(sessions(200, "60:error:session", -1), -1);
    CHECK_EQ_INT(sessions(200, "60:error;transaction;session;attachment:key", -1), 60);
}

TEST(category_internal_limits_reports_only) {
    CHECK_EQ_INT(sessions(429, "60:internal:key", -1), -1);
    CHECK_EQ_INT(reports(429, "60:internal:key", -1), 60);
    CHECK_EQ_INT(reports(429, "60:session;internal:key", -1), 60);
}

TEST(every_limit_of_the_list_counts) {
    CHECK_EQ_INT(sessions(429, "60:error:key,70:session:key,80:internal:key", -1), 70);
    CHECK_EQ_INT(wait_of(limits.reports), 80);
    CHECK_EQ_INT(sessions(429, "60:error:key,", -1), -1);
}

TEST(empty_elements_of_the_list_are_ignored) {
    CHECK_EQ_INT(sessions(200, "60:error:key,,70:transaction:key", -1), -1);
    CHECK_EQ_INT(sessions(200, ", ,60:error:key", -1), -1);
}

TEST(nothing_waits_longer_than_a_day) {
    CHECK_EQ_INT(sessions(200, "86400:session:key", -1), DAY);
    CHECK_EQ_INT(sessions(200, "86401:session:key", -1), DAY);
    CHECK_EQ_INT(sessions(200, "99999999999999999999999999999999999999999:session:key", -1), DAY);
    CHECK_EQ_INT(sessions(429, "", 1e300), DAY);
}

TEST(reads_no_byte_behind_the_header) {
    static const char *const headers[] = {"60",          "60:",         "60:sessio", "60:session",
                                          "60:session;", "60:internal", ",",         " ",
                                          ";",           ":",           "::",        ":;"};

    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        const size_t length = strlen(headers[i]);
        char *exact = malloc(length);

        CHECK(exact != NULL);
        memcpy(exact, headers[i], length);
        memset(&limits, 0, sizeof limits);
        (void)cf_ratelimit_update(&limits, "session", NOW, 200, exact, length, -1);
        free(exact);
        CHECK(limits.items <= NOW + DAY * 1000);
    }
}
