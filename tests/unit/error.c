/* Errors, and facts that are told later than they happened. */
#include "page.h"
#include "test.h"

/* ---- errors ---------------------------------------------------------------------------------- */

TEST(the_first_handled_error_leaves_at_once_in_one_update) {
    begin_announced();
    for (int i = 0; i < 100; i++) {
        error(CRASHFREE_ERROR_HANDLED);
        CHECK_EQ_INT(fake.count, 2);
    }
    CHECK(fake_has(1, 0, OK));
    CHECK(!fake_has(1, 0, INIT));
    CHECK(!fake_has(1, 0, "\"errors\":0"));
    error(CRASHFREE_ERROR_HANDLED);
    fake_settle();
    CHECK_EQ_INT(fake.count, 2);
}

TEST(a_crash_leaves_at_once_and_ends_the_session) {
    begin_announced();
    error(CRASHFREE_ERROR_UNHANDLED);
    CHECK_EQ_INT(fake.count, 2);
    CHECK(fake_has(1, 0, CRASHED));
    CHECK(fake_has(1, 0, "\"errors\":1"));
    error(CRASHFREE_ERROR_UNHANDLED);
    fake_settle();
    CHECK_EQ_INT(fake.count, 2);
    CHECK_EQ_INT(fake_total(CRASHED), 1);
}

TEST(a_handled_error_waits_while_the_session_is_on_its_way) {
    begin_with_request();
    error(CRASHFREE_ERROR_HANDLED);
    CHECK_EQ_INT(fake.count, 1);
    fake_advance(0);
    CHECK_EQ_INT(fake.count, 2);
    CHECK(fake_has(1, 0, "\"errors\":1"));
}

TEST(a_crash_after_a_handled_error_keeps_both) {
    begin_announced();
    error(CRASHFREE_ERROR_HANDLED);
    error(CRASHFREE_ERROR_UNHANDLED);
    fake_settle();
    CHECK_EQ_INT(fake.count, 3);
    CHECK(fake_has(2, 0, CRASHED));
    CHECK(fake_has(2, 0, "\"errors\":2"));
}

TEST(an_error_that_was_not_handled_can_count_as_unhandled) {
    begin_announced();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_UNHANDLED, CRASHFREE_SESSION_UNHANDLED);
    error(CRASHFREE_ERROR_UNHANDLED);
    CHECK(fake_has(1, 0, "\"status\":\"unhandled\",\"errors\":1"));
}

/* ---- facts of before -------------------------------------------------------------------------- */

static double told_at;

static void crash_at(double at) {
    crashfree_error(fake.client, CRASHFREE_ERROR_UNHANDLED, at);
}

/* Two sessions, of which the first has ended at the moment 3000 and nobody was told yet. */
static void begin_two(void) {
    fake_begin();
    fake_advance(9000);
    crashfree_start_session(fake.client, false, 2000);
    crashfree_start_session(fake.client, false, 3000);
    told_at = fake.monotonic;
}

TEST(a_session_begins_when_it_began) {
    fake_begin();
    fake_advance(9000);
    start_at(4000);
    CHECK(fake_has(0, 0, "\"started\":\"2026-01-05T10:00:03.000Z\""));
    CHECK(fake_has(0, 0, "\"timestamp\":\"2026-01-05T10:00:03.000Z\""));
    CHECK(strstr(fake.requests[0].body, "\"sent_at\":\"2026-01-05T10:00:09.000Z\"") != NULL);
}

TEST(a_load_told_late_is_announced_two_seconds_after_it_was) {
    fake_begin();
    fake_advance(1500);
    crashfree_start_session(fake.client, false, fake.monotonic - 1500);
    CHECK(fake.delay == 500);
    fake_begin();
    fake_advance(9000);
    crashfree_start_session(fake.client, false, 1000);
    CHECK(fake.delay == 0);
}

TEST(moments_that_are_none_are_now) {
    static const double moments[] = {NAN, INFINITY, 1e300, 5001};

    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        fake_begin();
        fake_advance(4000);
        start_at(moments[i]);
        CHECK(fake_has(0, 0, "\"started\":\"2026-01-05T10:00:04.000Z\""));
    }
}

TEST(a_moment_too_long_ago_is_as_long_ago_as_the_server_takes) {
    static const double moments[] = {-1e300, -INFINITY, 0};

    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        fake_begin();
        fake_advance(8 * FAKE_DAY);
        start_at(moments[i]);
        CHECK(fake_has(0, 0, "\"started\":\"2026-01-08T10:01:00.000Z\""));
    }
}

TEST(a_session_does_not_begin_before_the_last_fact_of_the_one_before) {
    fake_begin();
    fake_advance(9000);
    start_at(3000);
    crashfree_end_session(fake.client, CRASHFREE_SESSION_EXITED, 6000);
    start_at(4000);
    CHECK(fake_has(1, 1, "\"started\":\"2026-01-05T10:00:05.000Z\""));
}

TEST(an_error_belongs_to_the_session_of_its_moment) {
    begin_two();
    crash_at(2500);
    CHECK_EQ_INT(fake_items(0), 2);
    CHECK(fake_has(0, 0, CRASHED));
    CHECK(fake_has(0, 0, "\"errors\":1"));
    CHECK(fake_has(0, 1, OK));
    begin_two();
    crashfree_error(fake.client, CRASHFREE_ERROR_HANDLED, 3000.5);
    crash_at(2999);
    CHECK(fake_has(0, 0, CRASHED));
    CHECK(fake_has(0, 1, "\"status\":\"ok\",\"errors\":1"));
}

TEST(an_error_at_the_moment_of_a_start_is_that_of_the_session_that_starts) {
    begin_two();
    crash_at(3000);
    CHECK(fake_has(0, 0, EXITED));
    CHECK(fake_has(0, 1, CRASHED));
}

TEST(an_error_after_an_end_that_left_is_that_of_the_running_session) {
    begin_two();
    crashfree_flush(fake.client);
    crash_at(2500);
    CHECK_EQ_INT(fake_items(1), 1);
    CHECK(fake_has(1, 0, CRASHED));
    CHECK(strncmp(fake_item(1, 0) + 8, fake.client->sessions_end[-1].sid, CRASHFREE_SID_LENGTH) ==
          0);
}

TEST(an_error_before_the_first_session_is_that_of_the_first) {
    begin_two();
    fake_begin();
    fake_advance(9000);
    crashfree_start_session(fake.client, false, 5000);
    crash_at(1500);
    CHECK(fake_has(0, 0, CRASHED));
}

TEST(an_error_while_nothing_ran_is_nobodys) {
    fake_begin();
    fake_advance(9000);
    crashfree_start_session(fake.client, false, 2000);
    crashfree_end_session(fake.client, CRASHFREE_SESSION_EXITED, 3000);
    crashfree_start_session(fake.client, false, 5000);
    crash_at(4000);
    fake_settle();
    CHECK_EQ_INT(fake_total(CRASHED), 0);
    CHECK(fake_total("\"errors\":1") == 0);
}

TEST(an_error_is_no_less_counted_as_its_session_is_forgotten) {
    fake_begin();
    fake_advance(9000);
    start_at(2000);
    start_at(3000);
    start_at(4000);
    fake_respond(2, 200);
    fake_respond(1, 200);
    CHECK_EQ_INT(crashfree_saveable(fake.client), 2);
    crash_at(3500);
    CHECK_EQ_INT(fake_total(CRASHED), 1);
    CHECK(fake_has(3, 0, CRASHED));
}

TEST(an_error_of_a_session_that_ended_without_a_next_one_is_still_its) {
    fake_begin();
    fake_advance(9000);
    crashfree_start_session(fake.client, false, 2000);
    crashfree_end_session(fake.client, CRASHFREE_SESSION_EXITED, 3000);
    crash_at(2500);
    CHECK(fake_has(0, 0, CRASHED));
    /* After a crash that session is over. */
    crash_at(2600);
    fake_settle();
    CHECK_EQ_INT(fake_total(CRASHED), 1);
    CHECK_EQ_INT(fake_total("\"errors\":1"), 1);
}

TEST(an_error_told_after_an_end_without_a_moment_is_nobodys) {
    fake_begin();
    start(false);
    crashfree_end_session(fake.client, CRASHFREE_SESSION_EXITED, NAN);
    crash_at(NAN);
    fake_settle();
    CHECK_EQ_INT(fake_total(CRASHED), 0);
}

TEST(a_session_that_crashed_late_takes_no_error_of_before_either) {
    begin_two();
    crash_at(2500);
    crash_at(2400);
    fake_respond(0, 200);
    /* Whether its crash is still to be told or not: nobody takes these. */
    CHECK_EQ_INT(crashfree_saveable(fake.client), 1);
    crash_at(2300);
    crashfree_error(fake.client, CRASHFREE_ERROR_HANDLED, 2600);
    fake_settle();
    CHECK_EQ_INT(fake_total(CRASHED), 1);
    CHECK(fake_session_has("\"status\":\"ok\",\"errors\":0"));
}
