/* Clocks that jump, sessions that get too old, and hosts that give nonsense. */
#include "page.h"
#include "test.h"

/* ---- clocks ---------------------------------------------------------------------------------- */

TEST(a_clock_set_back_leaves_no_start_in_the_future) {
    fake_begin();
    start(false);
    fake.now -= 3 * FAKE_DAY;
    fake_advance(CRASHFREE_FIRST_SEND_MS);
    CHECK_EQ_INT(fake.count, 1);
    CHECK(fake_has(0, 0, "\"started\":\"2026-01-02T10:00:00.000Z\""));
    CHECK(fake_has(0, 0, "\"timestamp\":\"2026-01-02T10:00:00.000Z\""));
}

TEST(a_clock_set_forward_by_days_leaves_no_start_that_is_too_old) {
    fake_begin();
    start(false);
    fake.now += 40 * FAKE_DAY;
    fake_advance(CRASHFREE_FIRST_SEND_MS);
    CHECK_EQ_INT(fake.count, 1);
    CHECK(fake_has(0, 0, "\"started\":\"2026-02-14T10:00:00.000Z\""));
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_NETWORK_ERROR), 0);
}

TEST(a_clock_set_forward_by_less_changes_nothing) {
    fake_begin();
    start(false);
    fake.now += 4 * FAKE_DAY;
    fake_advance(CRASHFREE_FIRST_SEND_MS);
    CHECK(fake_has(0, 0, "\"started\":\"2026-01-05T10:00:00.000Z\""));
}

TEST(a_session_older_than_five_days_is_dropped_and_counted) {
    fake_begin();
    start(true);
    fake_respond(0, 503);
    fake_advance(CRASHFREE_AGE_MAX_MS + 1);
    start(true);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_NETWORK_ERROR), 1);
    CHECK_EQ_INT(fake_items(1), 2);
    CHECK(fake_has(1, 0, INIT));
    CHECK(fake_has(1, 1, "{\"reason\":\"network_error\",\"category\":\"session\",\"quantity\":1}"));
}

TEST(a_session_of_five_days_less_a_minute_is_sent) {
    fake_begin();
    start(true);
    fake_respond(0, 503);
    fake_advance(CRASHFREE_AGE_MAX_MS - FAKE_MINUTE);
    start(true);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_NETWORK_ERROR), 0);
    CHECK_EQ_INT(fake_items(1), 2);
}

TEST(the_end_of_a_session_that_counted_is_no_loss_after_five_days) {
    begin_announced();
    fake_advance(CRASHFREE_AGE_MAX_MS + 1);
    start(true);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_NETWORK_ERROR), 0);
    CHECK_EQ_INT(fake_items(1), 1);
}

TEST(wall_times_that_are_none_do_no_harm) {
    fake_begin();
    fake.now = strtod("nan", NULL);
    start(true);
    fake.now = -1;
    start(true);
    fake.now = 1e300;
    start(true);
    fake_settle();
    CHECK(fake.count >= 3);
}

/* ---- sessions that are too old for the server ------------------------------------------------- */

/* A session that was announced six days ago. */
static void begin_old(void) {
    begin_announced();
    fake_advance(6 * FAKE_DAY);
}

TEST(a_crash_of_an_old_session_is_that_of_a_fresh_one) {
    begin_old();
    error(CRASHFREE_ERROR_UNHANDLED);
    CHECK_EQ_INT(fake.count, 2);
    CHECK_EQ_INT(fake_items(1), 1);
    CHECK(fake_has(1, 0, INIT));
    CHECK(fake_has(1, 0, CRASHED));
    CHECK(fake_has(1, 0, "\"started\":\"2026-01-11T10:00:00.000Z\""));
    fake_settle();
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 2);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_NETWORK_ERROR), 0);
}

TEST(a_handled_error_and_a_user_of_an_old_session_are_those_of_a_fresh_one) {
    begin_old();
    error(CRASHFREE_ERROR_HANDLED);
    fake_settle();
    CHECK_EQ_INT(fake_items(1), 1);
    CHECK(fake_has(1, 0, INIT));
    CHECK(fake_has(1, 0, "\"errors\":1"));

    begin_old();
    fake_set_user("u1");
    fake_settle();
    CHECK_EQ_INT(fake_items(1), 1);
    CHECK(fake_has(1, 0, INIT));
    CHECK(fake_has(1, 0, "\"did\":\"u1\""));
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 2);
}

TEST(a_session_is_too_old_a_minute_before_the_server_says_so) {
    begin_announced();
    fake_advance(CRASHFREE_AGE_MAX_MS - FAKE_MINUTE);
    error(CRASHFREE_ERROR_HANDLED);
    fake_advance(0);
    CHECK(!fake_has(1, 0, INIT));

    begin_announced();
    fake_advance(CRASHFREE_AGE_MAX_MS - FAKE_MINUTE + 1);
    error(CRASHFREE_ERROR_HANDLED);
    fake_settle();
    CHECK(fake_has(1, 0, INIT));
}

TEST(nobody_does_not_make_an_old_session_fresh) {
    begin_old();
    fake_set_user("");
    fake_settle();
    CHECK_EQ_INT(fake.count, 1);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 1);
}

/* ---- hosts that give nonsense ----------------------------------------------------------------- */

TEST(a_clock_that_is_none_still_gives_times) {
    static const double nows[] = {NAN, INFINITY, -INFINITY, -1, 1e300, 253402300800000.0};

    for (size_t i = 0; i < sizeof nows / sizeof nows[0]; i++) {
        fake_begin();
        fake.now = nows[i];
        start(true);
        CHECK(fake_has(0, 0, "\"started\":\"1970-01-01T00:00:00.000Z\""));
        CHECK(strncmp(fake.requests[0].body, "{\"sent_at\":\"1970-01-01T00:00:00.000Z\"", 37) == 0);
    }
}

TEST(a_monotonic_clock_that_goes_wrong_stands_still) {
    static const double odd[] = {NAN, -INFINITY, 0, INFINITY, 1e300};

    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        fake_begin();
        start(true);
        fake_respond(0, 200);
        fake.monotonic = odd[i];
        start(true);
        CHECK_EQ_INT(fake.count, 2);
        CHECK(fake_has(1, 1, "\"started\":\"2026-01-05T10:00:00.000Z\""));
        CHECK_EQ_INT(status(), CRASHFREE_STATUS_ACTIVE);
    }
}

TEST(random_bytes_that_are_always_the_same_do_not_make_one_session_of_all) {
    static const int bytes[] = {0, 7, 0xff};

    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        char first[CRASHFREE_SID_LENGTH + 1];
        char second[CRASHFREE_SID_LENGTH + 1];

        fake_begin();
        fake.random_byte = bytes[i];
        start(true);
        memcpy(first, fake.client->sessions_end[-1].sid, sizeof first);
        start(true);
        memcpy(second, fake.client->sessions_end[-1].sid, sizeof second);
        start(true);
        CHECK(strcmp(first, second) != 0);
        CHECK(strcmp(second, fake.client->sessions_end[-1].sid) != 0);
        CHECK_EQ_INT(second[12], '4');
        CHECK(strcmp(first, "00000000000040008000000000000000") != 0);
    }
}

TEST(numbers_that_are_none_do_no_harm) {
    begin_announced();
    crashfree_error(fake.client, (crashfree_error_kind)77, NAN);
    crashfree_end_session(fake.client, (crashfree_session_status)77, NAN);
    fake_settle();
    CHECK(fake_has(2, 0, "\"status\":\"exited\",\"errors\":1"));
    CHECK_EQ_INT(counter((crashfree_counter)-1), 0);
    CHECK_EQ_INT(counter((crashfree_counter)1000), 0);
    crashfree_set_consent(fake.client, (crashfree_consent)77);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_CONSENT_DENIED);
    const double no_consent[] = {3, NAN, INFINITY, -1, 4294967296.0};
    for (size_t i = 0; i < sizeof no_consent / sizeof *no_consent; i++) {
        fake_begin();
        crashfree_set_number(fake.client, CRASHFREE_OPTION_CONSENT, no_consent[i]);
        CHECK_EQ_INT(status(), CRASHFREE_STATUS_CONSENT_DENIED);
    }
}
