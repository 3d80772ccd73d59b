/* What an answer means, and what happens when there is none. */
#include "delivery.h"
#include "page.h"
#include "test.h"

#define SID "5f0c6f0e9b1d4c0f8a5e2b7d3c4f1a90"
#define JUST_EXITED "\"status\":\"exited\",\"errors\":0"

/* ---- acceptance ------------------------------------------------------------------------------ */

TEST(init_goes_out_once_when_it_is_taken) {
    static const int statuses[] = {200, 201, 202, 204, 299};

    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        begin_with_request();
        fake_respond(0, statuses[i]);
        CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
        crash();
        fake_settle();
        CHECK_EQ_INT(fake_total(INIT), 1);
        CHECK_EQ_INT(fake_total(CRASHED), 1);
        CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
    }
}

TEST(init_is_not_repeated_while_it_is_on_its_way) {
    begin_with_request();
    crash();
    crashfree_flush(fake.client);
    crashfree_hide(fake.client, false);
    CHECK_EQ_INT(fake_total(INIT), 1);
    CHECK(!fake_has(1, 0, INIT));
    CHECK(fake_has(1, 0, CRASHED));
}

TEST(a_lost_init_rides_on_the_next_update) {
    begin_with_request();
    fake_respond(0, 503);
    crash();
    CHECK_EQ_INT(fake.count, 2);
    CHECK(fake_has(1, 0, INIT));
    CHECK(fake_has(1, 0, CRASHED));
    fake_settle();
    CHECK_EQ_INT(fake.count, 2);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
}

TEST(a_lost_init_behind_a_taken_end_is_repeated_without_the_end) {
    begin_with_request();
    crash();
    fake_respond(1, 200);
    fake_respond(0, 0);
    fake_advance(FAKE_MINUTE);
    CHECK_EQ_INT(fake.count, 3);
    CHECK(fake_has(2, 0, INIT));
    CHECK(fake_has(2, 0, OK));
    CHECK_EQ_INT(fake_total(CRASHED), 1);
    fake_settle();
    CHECK_EQ_INT(fake.count, 3);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
}

TEST(a_lost_end_behind_a_taken_init_is_repeated_without_init) {
    begin_with_request();
    crash();
    fake_respond(0, 200);
    fake_respond(1, 0);
    fake_advance(FAKE_MINUTE);
    CHECK_EQ_INT(fake.count, 3);
    CHECK(!fake_has(2, 0, INIT));
    CHECK(fake_has(2, 0, CRASHED));
}

TEST(an_answer_to_an_overtaken_state_does_not_settle_the_new_one) {
    begin_with_request();
    fake_respond(0, 200);
    crashfree_error(fake.client, CRASHFREE_ERROR_HANDLED, NAN);
    fake_advance(0);
    CHECK_EQ_INT(fake.count, 2);
    crash();
    fake_respond(1, 200);
    fake_respond(2, 0);
    fake_advance(FAKE_MINUTE);
    CHECK_EQ_INT(fake.count, 4);
    CHECK(fake_has(3, 0, CRASHED));
}

TEST(a_late_refusal_of_an_overtaken_state_repeats_nothing) {
    begin_with_request();
    fake_respond(0, 200);
    crashfree_error(fake.client, CRASHFREE_ERROR_HANDLED, NAN);
    fake_advance(0);
    crash();
    fake_respond(2, 200);
    fake_respond(1, 0);
    fake_settle();
    CHECK_EQ_INT(fake.count, 3);
}

TEST(answers_out_of_order_twice_or_to_nothing_do_no_harm) {
    begin_with_request();
    crashfree_respond(fake.client, 1234, 200, "", 0, -1);
    crashfree_respond(fake.client, 1234, 500, "", 0, -1);
    crashfree_respond(fake.client, 0, 200, "", 0, -1);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 0);
    fake_respond(0, 200);
    fake_respond(0, 0);
    fake_respond(0, 500);
    fake_respond(0, 200);
    crash();
    fake_settle();
    CHECK_EQ_INT(fake_total(INIT), 1);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
}

TEST(request_numbers_count_up) {
    fake_begin();
    start(true);
    start(true);
    CHECK_EQ_INT(fake.requests[0].number, 1);
    CHECK_EQ_INT(fake.requests[1].number, 2);
}

/* ---- no answer ------------------------------------------------------------------------------- */

/* A client that has read an answer, and has another request on its way: number 1. */
static void begin_read(void) {
    begin_with_request();
    fake_respond(0, 200);
    start(true);
}

TEST(no_answer_after_one_that_was_read_is_retried) {
    begin_read();
    fake_respond(1, 0);
    CHECK(fake.delay >= 1500);
    CHECK(fake.delay <= 2500);
    fake_advance(fake.delay);
    CHECK_EQ_INT(fake.count, 3);
    CHECK_EQ_INT(fake_items(2), 2);
    CHECK(fake_has(2, 0, EXITED));
    CHECK(fake_has(2, 1, INIT));
    CHECK_EQ_INT(fake.requests[2].mode, CRASHFREE_FETCH_NORMAL);
}

TEST(no_answer_is_asked_about_at_once_and_then_with_backoff_and_jitter) {
    double expected = 2000;

    begin_with_request();
    fake_respond(0, 0);
    CHECK(fake.delay == 0);
    fake_advance(0);
    for (unsigned i = 0; i < 8; i++) {
        CHECK_EQ_INT(fake.count, i + 2);
        CHECK_EQ_INT(fake.requests[i + 1].mode, CRASHFREE_FETCH_PROBE);
        CHECK_EQ_INT(fake_items(i + 1), 0);
        fake_respond(i + 1, 0);
        CHECK(fake.wake_at >= 0);
        CHECK(fake.delay >= 0.75 * expected);
        CHECK(fake.delay <= 1.25 * expected);
        fake_advance(fake.wake_at - fake.monotonic);
        expected = expected * 2;
    }
}

TEST(jitter_comes_from_the_host) {
    begin_read();
    fake.random_byte = 0;
    fake_respond(1, 0);
    CHECK(fake.delay == 1500);
    begin_read();
    fake.random_byte = 128;
    fake_respond(1, 0);
    CHECK(fake.delay == 2000);
    begin_read();
    fake.random_byte = 255;
    fake_respond(1, 0);
    CHECK(fake.delay > 2490);
    CHECK(fake.delay < 2500);
}

TEST(retries_by_the_timer_are_bounded_and_an_event_tries_again) {
    begin_with_request();
    for (int i = 0; i < 100; i++) {
        fake_answer(0);
        fake_advance(FAKE_DAY / 100);
    }
    CHECK_EQ_INT(fake.count, 10);
    CHECK(fake.wake_at < 0);
    crashfree_flush(fake.client);
    CHECK_EQ_INT(fake.count, 11);
    fake_respond(10, 200);
    fake_advance(0);
    CHECK_EQ_INT(fake.count, 12);
    CHECK(fake_has(11, 0, INIT));
    fake_respond(11, 200);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
}

TEST(consent_after_denial_begins_anew_with_retries) {
    begin_with_request();
    for (unsigned failed = 0; failed < fake.count; failed++) {
        fake_respond(failed, 0);
        fake_advance(10 * FAKE_MINUTE);
    }
    const unsigned given_up = fake.count;

    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_DENIED);
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_GRANTED);
    CHECK_EQ_INT(fake.count, given_up + 1);
    fake_respond(given_up, 0);
    fake_advance(FAKE_MINUTE);
    CHECK(fake.count > given_up + 1);
}

TEST(an_answer_for_sessions_starts_the_backoff_anew) {
    begin_read();
    for (unsigned i = 1; i < 6; i++) {
        fake_respond(i, 0);
        fake_advance(fake.wake_at - fake.monotonic);
    }
    CHECK(fake.delay > 12000);
    fake_settle();
    CHECK(fake.wake_at < 0);
    start(true);
    fake_respond(fake.count - 1, 0);
    CHECK(fake.delay <= 2500);
}

TEST(the_next_event_does_not_wait_for_the_backoff) {
    begin_read();
    fake_respond(1, 0);
    start(true);
    CHECK_EQ_INT(fake.count, 3);
    CHECK_EQ_INT(fake_items(2), 3);
    CHECK(fake_has(2, 0, EXITED));
    CHECK(fake_has(2, 1, INIT));
    CHECK(fake_has(2, 1, EXITED));
    CHECK(fake_has(2, 2, INIT));
}

TEST(a_flush_makes_the_wait_short_again) {
    begin_read();
    for (unsigned i = 1; i < 6; i++) {
        fake_respond(i, 0);
        fake_advance(fake.wake_at - fake.monotonic);
    }
    CHECK(fake.delay > 12000);
    fake.wake_at = -1;
    fake.client->wake_at = 0;
    crashfree_flush(fake.client);
    fake_respond(fake.count - 1, 0);
    CHECK(fake.delay <= 2500);
}

TEST(nothing_is_retried_when_nothing_is_waiting) {
    begin_with_request();
    fake_respond(0, 200);
    crashfree_respond(fake.client, 1, 0, "", 0, -1);
    CHECK(fake.wake_at < 0);
}

TEST(early_and_spurious_wakes_send_what_is_waiting) {
    fake_begin();
    crashfree_wake(fake.client);
    CHECK_EQ_INT(fake.count, 0);
    start(false);
    CHECK(fake.delay == CRASHFREE_FIRST_SEND_MS);
    crashfree_wake(fake.client);
    CHECK_EQ_INT(fake.count, 1);
    crashfree_wake(fake.client);
    CHECK_EQ_INT(fake.count, 1);
    crashfree_end_session(fake.client, CRASHFREE_SESSION_EXITED, NAN);
    CHECK(fake.delay == 0);
}

TEST(an_earlier_wake_is_not_put_off_by_a_later_one) {
    fake_begin();
    start(false);
    crashfree_end_session(fake.client, CRASHFREE_SESSION_EXITED, NAN);
    CHECK(fake.delay == 0);
    start(false);
    CHECK(fake.delay == 0);
    fake_advance(0);
    CHECK_EQ_INT(fake.count, 1);
    CHECK_EQ_INT(fake_items(0), 2);
}

/* ---- the end of the page --------------------------------------------------------------------- */

TEST(no_answer_after_the_end_of_the_page_counts_as_delivered) {
    begin_with_request();
    crashfree_hide(fake.client, true);
    fake_respond(0, 0);
    fake_settle();
    crashfree_flush(fake.client);
    CHECK_EQ_INT(fake.count, 1);
}

TEST(no_answer_after_hiding_is_retried) {
    begin_with_request();
    crashfree_hide(fake.client, false);
    fake_respond(0, 0);
    fake_settle();
    CHECK_EQ_INT(fake.count, 3);
    CHECK_EQ_INT(fake_items(1), 0);
    CHECK(fake_has(2, 0, INIT));
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
}

TEST(hiding_sends_again_what_was_refused) {
    begin_with_request();
    fake_respond(0, 503);
    crashfree_hide(fake.client, false);
    CHECK_EQ_INT(fake.count, 2);
    CHECK(fake_has(1, 0, INIT));
    CHECK_EQ_INT(fake.requests[1].mode, CRASHFREE_FETCH_AT_EXIT);
}

/* ---- refusals -------------------------------------------------------------------------------- */

TEST(what_was_refused_waits_for_the_next_request) {
    static const int statuses[] = {400, 401, 403, 404, 413, 500, 502, 503, 300, 199, -1, 999};

    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        begin_with_request();
        fake_respond(0, statuses[i]);
        fake_advance(FAKE_DAY);
        crashfree_flush(fake.client);
        CHECK_EQ_INT(fake.count, 1);
        CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 0);
        start(true);
        CHECK_EQ_INT(fake_items(1), 2);
        CHECK(fake_has(1, 0, INIT));
        fake_settle();
        CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 2);
    }
}

TEST(what_was_refused_three_times_is_given_up_and_counted) {
    begin_with_request();
    for (unsigned i = 0; i < 3; i++) {
        CHECK(fake_has(i, 0, INIT));
        fake_respond(i, 400);
        CHECK_EQ_INT(counter(CRASHFREE_COUNT_SEND_ERROR), i == 2);
        start(true);
    }
    /* The first one is gone, those after it still try. */
    CHECK_EQ_INT(fake_items(3), 4);
    CHECK(fake_has(3, 3, "{\"reason\":\"send_error\",\"category\":\"session\",\"quantity\":1}"));
}

TEST(a_refused_session_does_not_keep_a_new_one_from_being_retried) {
    begin_with_request();
    fake_respond(0, 500);
    start(true);
    fake_respond(1, 0);
    fake_settle();
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 2);
}

TEST(a_server_that_always_refuses_costs_no_request_of_its_own) {
    fake_begin();
    for (int i = 0; i < 20; i++) {
        start(true);
        fake_answer(500);
        fake_advance(FAKE_MINUTE);
    }
    CHECK_EQ_INT(fake.count, 20);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 0);
    CHECK(counter(CRASHFREE_COUNT_SEND_ERROR) >= 17);
    CHECK(crashfree_saveable(fake.client) <= 3);
}

/* ---- rate limits ----------------------------------------------------------------------------- */

TEST(a_limit_holds_sessions_back_until_it_ends) {
    begin_with_request();
    fake_limit(0, 429, "60:session:key", -1);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_RATE_LIMITED);
    start(true);
    crashfree_flush(fake.client);
    crashfree_hide(fake.client, false);
    fake_advance(59999);
    CHECK_EQ_INT(fake.count, 1);
    fake_advance(1);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ACTIVE);
    CHECK_EQ_INT(fake.count, 2);
    CHECK_EQ_INT(fake_items(1), 2);
    fake_settle();
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 2);
    CHECK_EQ_INT(fake.count, 2);
}

TEST(a_429_without_headers_limits_for_a_minute) {
    begin_with_request();
    fake_respond(0, 429);
    fake_advance(59999);
    CHECK_EQ_INT(fake.count, 1);
    fake_advance(1);
    CHECK_EQ_INT(fake.count, 2);
    CHECK(fake_has(1, 0, INIT));
}

TEST(a_429_with_retry_after_limits_for_that_time) {
    begin_with_request();
    fake_limit(0, 429, "", 13);
    fake_advance(12999);
    CHECK_EQ_INT(fake.count, 1);
    fake_advance(1);
    CHECK_EQ_INT(fake.count, 2);
}

TEST(a_limit_of_no_time_makes_no_storm) {
    begin_with_request();
    fake_limit(0, 429, "0:session:key", -1);
    fake_advance(1499);
    CHECK_EQ_INT(fake.count, 1);
    fake_advance(1000);
    CHECK_EQ_INT(fake.count, 2);
}

TEST(limits_of_no_time_are_asked_about_ever_later_and_not_given_up) {
    begin_with_request();
    fake_limit(0, 429, "", 0);
    for (unsigned answered = 1; fake.monotonic < 240 * FAKE_MINUTE; fake_advance(1000)) {
        while (answered < fake.count) {
            fake_limit(answered++, 429, "0:session:key", -1);
        }
    }
    CHECK(fake.count > 40);
    CHECK(fake.count < 90);
    fake_advance(10 * FAKE_MINUTE);
    fake_respond(fake.count - 1, 200);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
}

TEST(limits_that_end_leave_all_retries_to_the_network) {
    begin_with_request();
    for (unsigned answered = 0; answered < 20; answered++) {
        fake_limit(answered, 429, "60:session:key", -1);
        fake_advance(60000);
        CHECK_EQ_INT(fake.count, answered + 2);
    }
    fake_respond(20, 0);
    fake_advance(2500);
    CHECK_EQ_INT(fake.count, 22);
    fake_respond(21, 200);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
}

TEST(a_429_about_other_things_is_acceptance) {
    begin_with_request();
    fake_limit(0, 429, "60:error;transaction:key", 600);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ACTIVE);
    start(true);
    CHECK_EQ_INT(fake.count, 2);
    CHECK(!fake_has(1, 0, INIT));
}

TEST(a_limit_on_a_200_is_acceptance_and_a_limit) {
    begin_with_request();
    fake_limit(0, 200, "60::organization", -1);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_RATE_LIMITED);
    start(true);
    CHECK_EQ_INT(fake.count, 1);
    fake_advance(FAKE_MINUTE);
    CHECK_EQ_INT(fake.count, 2);
    CHECK_EQ_INT(fake_items(1), 2);
    CHECK(!fake_has(1, 0, INIT));
}

TEST(a_limit_on_a_5xx_is_a_limit) {
    begin_with_request();
    fake_limit(0, 503, "60:session:key", -1);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_RATE_LIMITED);
    start(true);
    CHECK_EQ_INT(fake.count, 1);
    fake_advance(FAKE_MINUTE);
    CHECK_EQ_INT(fake.count, 2);
    CHECK(fake_has(1, 0, INIT));
}

TEST(a_longer_limit_puts_the_wake_off) {
    begin_with_request();
    fake_limit(0, 429, "60:session:key", -1);
    crashfree_respond(fake.client, 1, 200, "300:session:key", 15, -1);
    crashfree_respond(fake.client, 1, 200, "10:session:key", 14, -1);
    fake_advance(299999);
    CHECK_EQ_INT(fake.count, 1);
    fake_advance(1);
    CHECK_EQ_INT(fake.count, 2);
}

TEST(a_jump_of_the_wall_clock_does_not_change_a_limit) {
    begin_with_request();
    fake_limit(0, 429, "60:session:key", -1);
    fake.now += 10 * FAKE_DAY;
    crashfree_flush(fake.client);
    CHECK_EQ_INT(fake.count, 1);
    fake.now -= 30 * FAKE_DAY;
    fake_advance(FAKE_MINUTE);
    CHECK_EQ_INT(fake.count, 2);
}

TEST(a_page_that_ends_within_a_limit_counts_its_losses) {
    begin_with_request();
    fake_limit(0, 429, "60:session:key", -1);
    start(true);
    crashfree_hide(fake.client, true);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_RATELIMIT_BACKOFF), 2);
    /* Reports are not limited, and this is the last chance. */
    CHECK_EQ_INT(fake.count, 2);
    CHECK_EQ_INT(fake_items(1), 1);
    CHECK(fake_has(1, 0,
                   "{\"reason\":\"ratelimit_backoff\",\"category\":\"session\","
                   "\"quantity\":2}"));
    CHECK_EQ_INT(fake.requests[1].mode, CRASHFREE_FETCH_AT_EXIT);
    fake_settle();
    CHECK_EQ_INT(fake.count, 2);
}

TEST(an_exit_held_back_by_a_limit_is_no_loss) {
    begin_with_request();
    fake_limit(0, 200, "60:session:key", -1);
    crashfree_end_session(fake.client, CRASHFREE_SESSION_EXITED, NAN);
    crashfree_hide(fake.client, true);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_RATELIMIT_BACKOFF), 0);
    CHECK_EQ_INT(fake.count, 1);
}

TEST(an_abnormal_end_held_back_by_a_limit_is_a_loss) {
    begin_with_request();
    fake_limit(0, 200, "60:session:key", -1);
    crashfree_end_session(fake.client, CRASHFREE_SESSION_ABNORMAL, NAN);
    crashfree_hide(fake.client, true);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_RATELIMIT_BACKOFF), 1);
}

/* ---- the queue ------------------------------------------------------------------------------- */

static void overflow(unsigned sessions) {
    fake_begin();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_PER_MINUTE, 0);
    start(true);
    fake_limit(0, 429, "600:session:key", -1);
    for (unsigned i = 1; i < sessions; i++) {
        start(true);
    }
}

TEST(sixty_four_sessions_wait_and_travel_together) {
    overflow(CRASHFREE_SESSIONS_MAX);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_QUEUE_OVERFLOW), 0);
    CHECK_EQ_INT(crashfree_saveable(fake.client), CRASHFREE_SESSIONS_MAX);
    fake_advance(600000);
    CHECK_EQ_INT(fake.count, 2);
    CHECK_EQ_INT(fake_items(1), CRASHFREE_SESSIONS_MAX);
    fake_settle();
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), CRASHFREE_SESSIONS_MAX);
}

TEST(the_oldest_of_too_many_are_dropped_and_counted) {
    overflow(CRASHFREE_SESSIONS_MAX + 10);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_QUEUE_OVERFLOW), 10);
    CHECK_EQ_INT(crashfree_saveable(fake.client), CRASHFREE_SESSIONS_MAX);
    fake_advance(600000);
    CHECK_EQ_INT(fake_items(1), CRASHFREE_SESSIONS_MAX + 1);
    CHECK(fake_has(1, CRASHFREE_SESSIONS_MAX,
                   "{\"reason\":\"queue_overflow\",\"category\":\"session\",\"quantity\":10}"));
    CHECK_EQ_INT(fake_total(INIT), 1 + CRASHFREE_SESSIONS_MAX);
}

TEST(one_that_counts_already_makes_room_first) {
    fake_begin();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_PER_MINUTE, 0);
    start(true);
    start(true);
    fake_respond(1, 200);
    fake_limit(0, 429, "600:session:key", -1);
    for (int i = 2; i <= CRASHFREE_SESSIONS_MAX; i++) {
        start(true);
    }
    /* The second session made room; its `exited` is no loss. */
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_QUEUE_OVERFLOW), 0);
    CHECK_EQ_INT(crashfree_saveable(fake.client), CRASHFREE_SESSIONS_MAX);
    fake_settle();
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), CRASHFREE_SESSIONS_MAX + 1);
}

TEST(settled_sessions_take_no_room) {
    fake_begin();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_PER_MINUTE, 0);
    for (int i = 0; i < 1000; i++) {
        start(true);
        fake_answer(200);
        CHECK(crashfree_saveable(fake.client) <= 2);
    }
}

TEST(an_envelope_that_does_not_fit_is_followed_by_another) {
    char text[CRASHFREE_USER_AGENT_MAX];

    fake_begin();
    memset(text, '\x01', sizeof text);
    (void)crashfree_set_text(fake.client, CRASHFREE_OPTION_USER_AGENT, text,
                             CRASHFREE_USER_AGENT_MAX);
    crashfree_set_number(fake.client, CRASHFREE_OPTION_PER_MINUTE, 0);
    crashfree_set_user(fake.client, text, CRASHFREE_USER_ID_MAX, NAN);
    start(true);
    fake_limit(0, 429, "600:session:key", -1);
    for (int i = 1; i < CRASHFREE_SESSIONS_MAX; i++) {
        start(true);
    }
    fake_advance(600000);
    fake_settle();
    CHECK(fake.count > 5);
    for (unsigned i = 0; i < fake.count; i++) {
        CHECK(strlen(fake.requests[i].body) < CRASHFREE_ENVELOPE_MAX);
    }
    CHECK_EQ_INT(fake_total(INIT), CRASHFREE_SESSIONS_MAX + 1);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), CRASHFREE_SESSIONS_MAX);
    CHECK_EQ_INT(crashfree_saveable(fake.client), 1);
}

/* ---- client reports -------------------------------------------------------------------------- */

static void lose_one(void) {
    fake_begin();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_PER_MINUTE, 1);
    start(true);
    start(true);
    fake_answer(200);
}

#define LOST "{\"reason\":\"backpressure\",\"category\":\"session\",\"quantity\":1}"

TEST(losses_ride_along) {
    fake_begin();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_PER_MINUTE, 1);
    start(true);
    start(true);
    CHECK_EQ_INT(fake.count, 2);
    CHECK_EQ_INT(fake_items(1), 2);
    CHECK(fake_has(1, 0, EXITED));
    CHECK(fake_has(1, 1, LOST));
    start(true);
    CHECK_EQ_INT(fake.count, 2);
}

TEST(losses_alone_wait_for_hiding) {
    lose_one();
    start(true);
    crashfree_flush(fake.client);
    fake_advance(FAKE_MINUTE);
    CHECK_EQ_INT(fake.count, 2);
    crashfree_hide(fake.client, false);
    CHECK_EQ_INT(fake.count, 3);
    CHECK_EQ_INT(fake_items(2), 1);
    CHECK(fake_has(2, 0, LOST));
    crashfree_hide(fake.client, true);
    CHECK_EQ_INT(fake.count, 3);
}

TEST(a_lost_report_is_not_reported) {
    lose_one();
    start(true);
    crashfree_hide(fake.client, false);
    fake_respond(2, 0);
    fake_settle();
    crashfree_hide(fake.client, true);
    CHECK_EQ_INT(fake.count, 3);
}

TEST(reports_can_be_switched_off) {
    fake_begin();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_REPORTS, 0);
    crashfree_set_number(fake.client, CRASHFREE_OPTION_PER_MINUTE, 1);
    start(true);
    start(true);
    fake_answer(200);
    start(true);
    crashfree_hide(fake.client, true);
    CHECK_EQ_INT(fake.count, 2);
    CHECK_EQ_INT(fake_total("client_report"), 0);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_BACKPRESSURE), 2);
}

TEST(a_limit_on_reports_holds_them_back) {
    lose_one();
    start(true);
    crashfree_respond(fake.client, 1, 200, "60:internal:key", 15, -1);
    crashfree_hide(fake.client, false);
    CHECK_EQ_INT(fake.count, 2);
    fake_advance(FAKE_MINUTE);
    crashfree_hide(fake.client, false);
    CHECK_EQ_INT(fake.count, 3);
}

TEST(a_429_is_not_reported) {
    begin_with_request();
    fake_respond(0, 429);
    fake_settle();
    crashfree_hide(fake.client, false);
    CHECK_EQ_INT(fake_total("client_report"), 0);
}

/* ---- the tunnel ------------------------------------------------------------------------------ */

TEST(a_tunnel_gets_the_envelope_with_the_dsn_and_no_key_in_its_address) {
    fake_begin();
    CHECK(fake_set_text(CRASHFREE_OPTION_TUNNEL, "https://shop.example/t?x=1"));
    start(true);
    CHECK_EQ_STR(fake.requests[0].url, "https://shop.example/t?x=1");
    CHECK(strstr(fake.requests[0].body, "\"dsn\":\"" FAKE_DSN "\"") != NULL);
    fake_begin();
    start(true);
    CHECK(strstr(fake.requests[0].body, "\"dsn\"") == NULL);
}

/* ---- answers that cannot be read, or are not the server's ------------------------------------- */

/* The server takes everything, but no answer can be read. */
static void be_unreadable(void) {
    for (unsigned i = 0; i < fake.count; i++) {
        if (!fake.requests[i].answered) {
            fake_respond(i, fake.requests[i].mode >= CRASHFREE_FETCH_PROBE ? CRASHFREE_ANSWER_OPAQUE
                                                                           : CRASHFREE_ANSWER_NONE);
        }
    }
}

TEST(what_arrives_without_a_readable_answer_is_sent_once) {
    begin_with_request();
    for (int i = 0; i < 20; i++) {
        be_unreadable();
        fake_advance(FAKE_MINUTE);
        if (i % 4 == 1) {
            start(true);
        } else if (i == 8) {
            crash();
        }
    }
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ANSWERS_UNREADABLE);
    crashfree_hide(fake.client, true);
    CHECK_EQ_INT(fake_total(INIT), counter(CRASHFREE_COUNT_STARTED));
    CHECK_EQ_INT(fake_total(INIT), counter(CRASHFREE_COUNT_ACCEPTED));
    CHECK_EQ_INT(fake_total(CRASHED), 1);
}

TEST(once_answers_are_known_to_be_unreadable_requests_say_so) {
    begin_with_request();
    be_unreadable();
    fake_advance(0);
    CHECK_EQ_INT(fake.requests[1].mode, CRASHFREE_FETCH_PROBE);
    be_unreadable();
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
    start(true);
    CHECK_EQ_INT(fake.requests[2].mode, CRASHFREE_FETCH_OPAQUE);
    be_unreadable();
    start(true);
    crashfree_hide(fake.client, false);
    be_unreadable();
    fake_advance(FAKE_DAY);
    CHECK_EQ_INT(fake.count, 4);
    crash();
    crashfree_hide(fake.client, false);
    crash();
    fake_settle();
    CHECK_EQ_INT(fake_total(CRASHED), 1);
}

TEST(a_lost_network_is_told_from_an_answer_that_cannot_be_read) {
    begin_with_request();
    be_unreadable();
    fake_advance(0);
    be_unreadable();
    start(true);
    /* Even in the other way there is no answer. */
    fake_respond(2, CRASHFREE_ANSWER_NONE);
    fake_advance(2500);
    CHECK_EQ_INT(fake.count, 4);
    CHECK_EQ_INT(fake_items(3), 2);
    CHECK(fake_has(3, 1, INIT));
    be_unreadable();
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 2);
}

TEST(an_answer_that_can_be_read_ends_the_doubt) {
    begin_with_request();
    fake_respond(0, 0);
    fake_advance(0);
    fake_respond(1, 400);
    fake_advance(0);
    CHECK_EQ_INT(fake.count, 3);
    CHECK(fake_has(2, 0, INIT));
    CHECK_EQ_INT(fake.requests[2].mode, CRASHFREE_FETCH_NORMAL);
    fake_respond(2, 200);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ACTIVE);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
}

TEST(answers_that_become_readable_are_read) {
    begin_with_request();
    be_unreadable();
    fake_advance(0);
    be_unreadable();
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ANSWERS_UNREADABLE);
    start(true);
    fake_limit(2, 429, "60:session:key", -1);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_RATE_LIMITED);
    fake_advance(FAKE_MINUTE);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ACTIVE);
    CHECK_EQ_INT(fake.requests[3].mode, CRASHFREE_FETCH_NORMAL);
}

TEST(what_failed_in_the_opaque_way_is_lost_whatever_was_answered_meanwhile) {
    begin_with_request();
    be_unreadable();
    fake_advance(0);
    be_unreadable();
    start(true);
    CHECK_EQ_INT(fake.requests[2].mode, CRASHFREE_FETCH_OPAQUE);
    CHECK(fake_has(2, 1, INIT));
    start(true);
    /* Answers can be read, and then the network goes. */
    fake_respond(3, 200);
    start(true);
    CHECK_EQ_INT(fake.requests[4].mode, CRASHFREE_FETCH_NORMAL);
    fake_respond(4, CRASHFREE_ANSWER_NONE);
    fake_respond(2, CRASHFREE_ANSWER_NONE);
    fake_advance(FAKE_MINUTE);
    /* The second session begins once more, and nothing is asked about it. */
    CHECK_EQ_INT(fake.count, 6);
    CHECK_EQ_INT(fake.requests[5].mode, CRASHFREE_FETCH_NORMAL);
    CHECK(fake_has(5, 1, INIT));
    CHECK(fake_has(5, 1, OK));
    fake_respond(5, 200);
    fake_settle();
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 4);
}

TEST(news_do_not_wait_until_a_doubt_is_settled) {
    begin_with_request();
    fake_respond(0, 0);
    start(true);
    CHECK_EQ_INT(fake.count, 2);
    CHECK_EQ_INT(fake_items(1), 2);
    /* What is in doubt is not repeated: the first one says its end alone. */
    CHECK(!fake_has(1, 0, INIT));
    CHECK(fake_has(1, 0, EXITED));
    CHECK(fake_has(1, 1, INIT));
    fake_respond(1, 200);
    fake_advance(0);
    CHECK_EQ_INT(fake.count, 3);
    CHECK_EQ_INT(fake_items(2), 1);
    CHECK(fake_has(2, 0, INIT));
    CHECK(fake_has(2, 0, OK));
}

TEST(what_is_in_doubt_is_not_repeated_as_the_page_ends) {
    begin_with_request();
    fake_respond(0, 0);
    crashfree_hide(fake.client, false);
    crashfree_hide(fake.client, true);
    CHECK_EQ_INT(fake.count, 1);
}

TEST(a_page_without_a_network_asks_a_bounded_number_of_times) {
    begin_with_request();
    for (int i = 0; i < 1000; i++) {
        fake_answer(0);
        fake_advance(FAKE_MINUTE);
        crashfree_wake(fake.client);
    }
    CHECK(fake.count < 1100);
    fake_begin();
    start(true);
    for (int i = 0; i < 1000; i++) {
        fake_answer(0);
        crashfree_wake(fake.client);
    }
    CHECK_EQ_INT(fake.count, 2);
}

TEST(what_was_cut_as_the_page_ends_leaves_with_it) {
    begin_with_request();
    fake_respond(0, CRASHFREE_ANSWER_CUT);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ACTIVE);
    crashfree_hide(fake.client, true);
    CHECK_EQ_INT(fake.count, 2);
    CHECK(fake_has(1, 0, "\"init\":true"));
}

TEST(what_was_cut_is_tried_again_with_backoff) {
    begin_with_request();
    for (int i = 0; i < 100; i++) {
        fake_answer(CRASHFREE_ANSWER_CUT);
        fake_advance(FAKE_DAY / 100);
    }
    CHECK_EQ_INT(fake.count, 9);
}

TEST(an_init_that_is_repeated_tells_what_left_before) {
    begin_with_request();
    error(CRASHFREE_ERROR_HANDLED);
    fake_advance(0);
    fake_respond(0, CRASHFREE_ANSWER_CUT);
    fake_advance(FAKE_MINUTE);
    CHECK(fake_has(2, 0, INIT));
    CHECK(fake_has(2, 0, "\"errors\":1"));
    /* The update is held back, and the server has it with init. */
    fake_limit(1, 429, "60:session:key", -1);
    fake_respond(2, 200);
    crashfree_hide(fake.client, true);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_RATELIMIT_BACKOFF), 0);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
}

TEST(what_is_in_doubt_is_asked_about_again_once_an_answer_comes) {
    begin_with_request();
    fake_advance(0);
    be_unreadable();
    fake_advance(0);
    start(true);
    /* That nobody may read answers is known, and that request was made before. */
    fake_respond(1, CRASHFREE_ANSWER_OPAQUE);
    fake_respond(2, CRASHFREE_ANSWER_NONE);
    for (int i = 0; i < 20; i++) {
        fake_advance(10 * FAKE_MINUTE);
    }
    const unsigned asked = fake.count;

    start(true);
    CHECK_EQ_INT(fake.count, asked + 1);
    fake_respond(asked, CRASHFREE_ANSWER_OPAQUE);
    fake_advance(FAKE_MINUTE);
    CHECK(fake.count > asked + 1);
    CHECK_EQ_INT(fake.requests[asked + 1].mode, CRASHFREE_FETCH_PROBE);
}

TEST(a_foreign_answer_is_none_of_ours) {
    begin_with_request();
    fake_respond(0, CRASHFREE_ANSWER_FOREIGN);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ANSWERS_FOREIGN);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_FOREIGN_ANSWERS), 1);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 0);
    for (int i = 0; i < 100; i++) {
        fake_answer(CRASHFREE_ANSWER_FOREIGN);
        fake_advance(FAKE_DAY / 100);
    }
    CHECK_EQ_INT(fake.count, 9);
    crashfree_flush(fake.client);
    CHECK(fake_has(9, 0, INIT));
    fake_respond(9, 200);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ACTIVE);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
}

TEST(what_is_in_doubt_for_too_long_is_lost) {
    begin_with_request();
    fake_respond(0, 0);
    fake_advance(CRASHFREE_AGE_MAX_MS + 1);
    fake_answer(0);
    crashfree_flush(fake.client);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_NETWORK_ERROR), 1);
}
