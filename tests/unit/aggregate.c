#include "aggregate.h"
#include "test.h"

#include <math.h>

#define KEY "0123456789abcdef0123456789abcdef"
#define DSN "https://" KEY "@h.example/42"
#define MINUTE 60000.0
#define DAY (24 * 60 * MINUTE)
/* 2026-01-05T10:00:20Z */
#define START 1767607220000.0

static crashfree_aggregate aggregate;
static double now;
static double monotonic;
static size_t length;

static bool set(crashfree_option option, const char *text) {
    return crashfree_aggregate_set_text(&aggregate, option, text, strlen(text));
}

static void start(void) {
    (void)crashfree_aggregate_init(&aggregate);
    now = START;
    monotonic = 1000;
    (void)set(CRASHFREE_OPTION_DSN, DSN);
    (void)set(CRASHFREE_OPTION_RELEASE, "a@1");
}

static void pass(double time) {
    now += time;
    monotonic += time;
}

static void count(crashfree_aggregate_end end, uint32_t sessions) {
    crashfree_aggregate_count(&aggregate, end, sessions, now, monotonic);
}

static const char *send(bool last) {
    static char text[CF_AGGREGATE_TEXT_MAX + 1];
    const char *const body = crashfree_aggregate_send(&aggregate, last, now, monotonic, &length);

    if (body == NULL) {
        return NULL;
    }
    memcpy(text, body, length);
    text[length] = '\0';
    return text;
}

static bool answer(int status) {
    return crashfree_aggregate_respond(&aggregate, status, "", 0, -1, monotonic);
}

static bool answer_limited(int status, const char *limits) {
    return crashfree_aggregate_respond(&aggregate, status, limits, strlen(limits), -1, monotonic);
}

/* How often a text holds another. */
static int times(const char *text, const char *part) {
    int found = 0;

    while (text != NULL && (text = strstr(text, part)) != NULL) {
        found++;
        text += strlen(part);
    }
    return found;
}

#define HEADER(sent_at)                                                                            \
    "{\"sent_at\":\"" sent_at                                                                      \
    "\",\"sdk\":{\"name\":\"crashfree\",\"version\":\"" CRASHFREE_VERSION "\"}}\n"
#define ITEM "{\"type\":\"sessions\"}\n"

TEST(writes_the_counts_of_each_minute) {
    start();
    CHECK(set(CRASHFREE_OPTION_ENVIRONMENT, "prod \"é\""));
    count(CRASHFREE_AGGREGATE_EXITED, 1);
    count(CRASHFREE_AGGREGATE_ERRORED, 4294967290U);
    pass(40000);
    count(CRASHFREE_AGGREGATE_CRASHED, 3);
    CHECK_EQ_STR(send(false), HEADER("2026-01-05T10:01:00.000Z") ITEM
                 "{\"aggregates\":[{\"started\":\"2026-01-05T10:00:00.000Z\",\"exited\":1,"
                 "\"errored\":4294967290,\"crashed\":0},{\"started\":\"2026-01-05T10:01:00.000Z\","
                 "\"exited\":0,\"errored\":0,\"crashed\":3}],\"attrs\":{\"release\":\"a@1\","
                 "\"environment\":\"prod \\\"é\\\"\"}}\n");
    CHECK_EQ_STR(crashfree_aggregate_url(&aggregate),
                 "https://h.example/api/42/envelope/?sentry_version=7&sentry_key=" KEY
                 "&sentry_client=crashfree%2F" CRASHFREE_VERSION);
}

TEST(leaves_an_empty_environment_out) {
    start();
    CHECK(!set(CRASHFREE_OPTION_ENVIRONMENT, "a/b"));
    count(CRASHFREE_AGGREGATE_EXITED, 1);
    CHECK(strstr(send(false), "\"attrs\":{\"release\":\"a@1\"}}\n") != NULL);
}

TEST(puts_the_dsn_into_what_goes_to_a_tunnel) {
    start();
    CHECK(set(CRASHFREE_OPTION_TUNNEL, "https://shop.example/t"));
    count(CRASHFREE_AGGREGATE_EXITED, 1);
    CHECK(strstr(send(false), "\"dsn\":\"" DSN "\"") != NULL);
    CHECK_EQ_STR(crashfree_aggregate_url(&aggregate), "https://shop.example/t");
}

TEST(says_what_keeps_it_from_sending) {
    char long_text[CRASHFREE_URL_MAX + 2];

    (void)crashfree_aggregate_init(&aggregate);
    CHECK_EQ_INT(crashfree_aggregate_status(&aggregate, 0), CRASHFREE_STATUS_NO_DSN);
    CHECK(!set(CRASHFREE_OPTION_DSN, "x"));
    CHECK_EQ_INT(crashfree_aggregate_status(&aggregate, 0), CRASHFREE_STATUS_INVALID_DSN);
    CHECK(set(CRASHFREE_OPTION_DSN, DSN));
    CHECK_EQ_INT(crashfree_aggregate_status(&aggregate, 0), CRASHFREE_STATUS_NO_RELEASE);
    CHECK(!set(CRASHFREE_OPTION_RELEASE, "Latest"));
    CHECK_EQ_INT(crashfree_aggregate_status(&aggregate, 0), CRASHFREE_STATUS_INVALID_RELEASE);
    count(CRASHFREE_AGGREGATE_EXITED, 1);
    CHECK(send(true) == NULL);
    CHECK(set(CRASHFREE_OPTION_RELEASE, " a@1 "));
    CHECK_EQ_INT(crashfree_aggregate_status(&aggregate, 0), CRASHFREE_STATUS_ACTIVE);
    memset(long_text, 'x', sizeof long_text);
    CHECK(!crashfree_aggregate_set_text(&aggregate, CRASHFREE_OPTION_TUNNEL, long_text,
                                        sizeof long_text));
    CHECK_EQ_INT(crashfree_aggregate_status(&aggregate, 0), CRASHFREE_STATUS_INVALID_TUNNEL);
    CHECK(!set(CRASHFREE_OPTION_USER_AGENT, "x"));
    CHECK_EQ_INT(crashfree_aggregate_size(), sizeof aggregate);
}

TEST(sends_nothing_without_a_session) {
    start();
    CHECK(send(false) == NULL);
    CHECK_EQ_INT(length, 0);
    CHECK(send(true) == NULL);
    count(CRASHFREE_AGGREGATE_EXITED, 0);
    count((crashfree_aggregate_end)3, 1);
    count((crashfree_aggregate_end)-1, 1);
    CHECK(send(true) == NULL);
    CHECK(!answer(200));
}

TEST(takes_one_answer_for_one_envelope) {
    start();
    count(CRASHFREE_AGGREGATE_EXITED, 2);
    CHECK(send(false) != NULL);
    CHECK(send(false) == NULL);
    CHECK_EQ_INT(crashfree_aggregate_waiting(&aggregate), 2);
    CHECK(answer(200));
    CHECK_EQ_INT(crashfree_aggregate_waiting(&aggregate), 0);
    CHECK(!answer(200));
    CHECK(send(true) == NULL);
}

TEST(keeps_apart_what_is_counted_on_the_way) {
    start();
    count(CRASHFREE_AGGREGATE_EXITED, 1);
    CHECK(send(false) != NULL);
    count(CRASHFREE_AGGREGATE_EXITED, 5);
    count(CRASHFREE_AGGREGATE_CRASHED, 1);
    CHECK(answer(200));
    CHECK(strstr(send(false), "\"exited\":5,\"errored\":0,\"crashed\":1}") != NULL);
}

TEST(merges_what_was_not_delivered) {
    start();
    count(CRASHFREE_AGGREGATE_EXITED, 1);
    CHECK(send(false) != NULL);
    count(CRASHFREE_AGGREGATE_EXITED, 5);
    CHECK(!answer(0));
    CHECK_EQ_INT(crashfree_aggregate_waiting(&aggregate), 6);
    const char *const body = send(false);

    CHECK_EQ_INT(times(body, "started"), 1);
    CHECK(strstr(body, "\"exited\":6,") != NULL);
}

TEST(gives_up_what_is_refused_three_times) {
    start();
    count(CRASHFREE_AGGREGATE_EXITED, 2);
    for (int i = 0; i < CRASHFREE_REFUSALS_MAX; i++) {
        CHECK(send(false) != NULL);
        count(CRASHFREE_AGGREGATE_EXITED, i == 2);
        CHECK(!answer(503));
    }
    CHECK_EQ_INT(crashfree_aggregate_lost(&aggregate, CRASHFREE_COUNT_SEND_ERROR), 2);
    CHECK_EQ_INT(crashfree_aggregate_lost(&aggregate, CRASHFREE_COUNT_STARTED), 0);
    const char *const body = send(false);

    CHECK(strstr(body, "\"exited\":1,") != NULL);
    CHECK(strstr(body, "{\"type\":\"client_report\"}\n{\"timestamp\":\"2026-01-05T10:00:20.000Z\","
                       "\"discarded_events\":[{\"reason\":\"send_error\",\"category\":\"session\","
                       "\"quantity\":2}]}\n") != NULL);
    CHECK(answer(200));
    CHECK(send(true) == NULL);
}

TEST(tells_of_losses_alone_only_at_the_end) {
    start();
    count(CRASHFREE_AGGREGATE_EXITED, 1);
    for (int i = 0; i < CRASHFREE_REFUSALS_MAX; i++) {
        (void)send(false);
        (void)answer(400);
    }
    CHECK(send(false) == NULL);
    CHECK_EQ_INT(times(send(true), "\"type\""), 1);
}

TEST(does_not_count_an_outage_as_a_refusal) {
    start();
    count(CRASHFREE_AGGREGATE_EXITED, 1);
    for (int i = 0; i < 10; i++) {
        CHECK(send(false) != NULL);
        CHECK(!answer(0));
    }
    CHECK_EQ_INT(crashfree_aggregate_waiting(&aggregate), 1);
}

TEST(waits_for_the_end_of_a_limit) {
    start();
    count(CRASHFREE_AGGREGATE_EXITED, 1);
    CHECK(send(false) != NULL);
    CHECK(!answer_limited(429, "90:session:key"));
    CHECK_EQ_INT(crashfree_aggregate_status(&aggregate, monotonic), CRASHFREE_STATUS_RATE_LIMITED);
    pass(89999);
    CHECK(send(true) == NULL);
    pass(1);
    CHECK_EQ_INT(crashfree_aggregate_status(&aggregate, monotonic), CRASHFREE_STATUS_ACTIVE);
    CHECK(send(false) != NULL);
    CHECK(answer_limited(429, "60:error:key"));
    CHECK_EQ_INT(crashfree_aggregate_waiting(&aggregate), 0);
}

TEST(puts_a_hundred_minutes_into_an_item) {
    start();
    for (int i = 0; i < 250; i++) {
        count(CRASHFREE_AGGREGATE_EXITED, 1);
        pass(MINUTE);
    }
    const char *const body = send(false);

    CHECK_EQ_INT(times(body, ITEM), 3);
    CHECK_EQ_INT(times(body, "started"), 250);
    CHECK_EQ_INT(times(body, "\"attrs\":{\"release\":\"a@1\"}}\n"), 3);
}

TEST(keeps_the_minutes_of_a_day) {
    start();
    for (int i = 0; i < CRASHFREE_AGGREGATE_MINUTES_MAX + 2; i++) {
        count(CRASHFREE_AGGREGATE_EXITED, 3);
        pass(MINUTE);
    }
    CHECK_EQ_INT(crashfree_aggregate_lost(&aggregate, CRASHFREE_COUNT_QUEUE_OVERFLOW), 6);
    const char *const body = send(false);

    CHECK_EQ_INT(times(body, "started"), CRASHFREE_AGGREGATE_MINUTES_MAX);
    CHECK(strstr(body, "2026-01-05T10:01:00.000Z\",\"exited\":3") == NULL);
    /* All of them are on their way; there is room for what comes meanwhile, and no more. */
    for (int i = 0; i < CF_MINUTES_SPARE + 1; i++) {
        count(CRASHFREE_AGGREGATE_EXITED, 1);
        pass(MINUTE);
    }
    CHECK_EQ_INT(crashfree_aggregate_lost(&aggregate, CRASHFREE_COUNT_QUEUE_OVERFLOW), 7);
    CHECK(!answer(0));
    CHECK_EQ_INT(aggregate.minutes.count, CRASHFREE_AGGREGATE_MINUTES_MAX);
    CHECK_EQ_INT(crashfree_aggregate_lost(&aggregate, CRASHFREE_COUNT_QUEUE_OVERFLOW),
                 7 + 3 * CF_MINUTES_SPARE);
    CHECK(send(false) != NULL);
    CHECK(answer(200));
    CHECK_EQ_INT(aggregate.minutes.count, 0);
}

TEST(has_room_for_the_longest_envelope) {
    char release[CRASHFREE_RELEASE_MAX];
    char environment[CRASHFREE_ENVIRONMENT_MAX];

    start();
    CHECK(set(CRASHFREE_OPTION_TUNNEL, "https://shop.example/t"));
    memset(release, '"', sizeof release);
    memset(environment, '"', sizeof environment);
    CHECK(crashfree_aggregate_set_text(&aggregate, CRASHFREE_OPTION_RELEASE, release,
                                       sizeof release));
    CHECK(crashfree_aggregate_set_text(&aggregate, CRASHFREE_OPTION_ENVIRONMENT, environment,
                                       sizeof environment));
    for (int i = 0; i < CRASHFREE_AGGREGATE_MINUTES_MAX + 1; i++) {
        count(CRASHFREE_AGGREGATE_EXITED, 4000000000U);
        count(CRASHFREE_AGGREGATE_ERRORED, 200000000U);
        count(CRASHFREE_AGGREGATE_CRASHED, 94967295U);
        pass(MINUTE);
    }
    CHECK(send(true) != NULL);
    CHECK(length < CF_AGGREGATE_TEXT_MAX);
}

TEST(never_makes_a_sum_of_more_than_32_bits) {
    start();
    count(CRASHFREE_AGGREGATE_EXITED, UINT32_MAX);
    count(CRASHFREE_AGGREGATE_CRASHED, 7);
    CHECK_EQ_INT(crashfree_aggregate_lost(&aggregate, CRASHFREE_COUNT_QUEUE_OVERFLOW), 7);
    CHECK(send(false) != NULL);
    count(CRASHFREE_AGGREGATE_EXITED, UINT32_MAX);
    CHECK(!answer(0));
    CHECK_EQ_INT(crashfree_aggregate_waiting(&aggregate), UINT32_MAX);
    CHECK_EQ_INT(crashfree_aggregate_lost(&aggregate, CRASHFREE_COUNT_QUEUE_OVERFLOW), UINT32_MAX);
}

TEST(gives_up_what_the_server_takes_to_be_too_old) {
    start();
    count(CRASHFREE_AGGREGATE_EXITED, 2);
    pass(5 * DAY - 3 * MINUTE);
    CHECK(send(false) != NULL);
    CHECK(!answer(0));
    pass(3 * MINUTE);
    CHECK(send(false) == NULL);
    CHECK_EQ_INT(crashfree_aggregate_lost(&aggregate, CRASHFREE_COUNT_NETWORK_ERROR), 2);
}

TEST(goes_by_the_steady_clock_when_the_other_was_set) {
    start();
    count(CRASHFREE_AGGREGATE_EXITED, 1);
    pass(2 * MINUTE);
    count(CRASHFREE_AGGREGATE_EXITED, 4);
    now -= 180 * MINUTE;
    const char *body = send(false);

    CHECK(strstr(body, "T07:00:00.000Z\",\"exited\":1,") != NULL);
    CHECK(strstr(body, "T07:02:00.000Z\",\"exited\":4,") != NULL);
    CHECK(!answer(0));
    now += 20 * DAY;
    monotonic += MINUTE;
    body = send(false);
    CHECK(strstr(body, "2026-01-25T06:59:00.000Z\",\"exited\":1,") != NULL);
    CHECK_EQ_INT(times(body, "started"), 2);
}

TEST(stands_still_while_the_steady_clock_is_beyond_all_measure) {
    static const double odd[] = {INFINITY, 1e300};

    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        start();
        count(CRASHFREE_AGGREGATE_EXITED, 1);
        monotonic = odd[i];
        count(CRASHFREE_AGGREGATE_EXITED, 1);
        CHECK(strstr(send(false), "\"exited\":2,") != NULL);
        CHECK(!answer_limited(429, "60::"));
        monotonic = 1000 + MINUTE;
        CHECK(strstr(send(false), "\"exited\":2,") != NULL);
        CHECK_EQ_INT(crashfree_aggregate_lost(&aggregate, CRASHFREE_COUNT_NETWORK_ERROR), 0);
    }
}

TEST(outlives_clocks_that_are_none) {
    start();
    now = NAN;
    monotonic = NAN;
    count(CRASHFREE_AGGREGATE_EXITED, 1);
    now = INFINITY;
    monotonic = -INFINITY;
    count(CRASHFREE_AGGREGATE_EXITED, 1);
    now = -1;
    CHECK(strstr(send(false), "\"started\":\"1970-01-01T00:00:00.000Z\",\"exited\":2,") != NULL);
    CHECK(answer(200));
}
