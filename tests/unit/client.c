/* The events of a page; those of its errors and its user have files of their own. */
#include "page.h"
#include "test.h"

/* ---- page loads and navigations -------------------------------------------------------------- */

TEST(a_load_is_announced_after_two_seconds) {
    fake_begin();
    start(false);
    CHECK_EQ_INT(fake.count, 0);
    fake_advance(CRASHFREE_FIRST_SEND_MS - 1);
    CHECK_EQ_INT(fake.count, 0);
    fake_advance(1);
    CHECK_EQ_INT(fake.count, 1);
    CHECK_EQ_STR(fake.requests[0].url, FAKE_URL);
    CHECK_EQ_INT(fake.requests[0].mode, CRASHFREE_FETCH_NORMAL);
    CHECK_EQ_INT(fake_items(0), 1);
    CHECK(fake_has(0, 0, INIT));
    CHECK(fake_has(0, 0, OK));
    CHECK(fake_has(0, 0, "\"started\":\"2026-01-05T10:00:00.000Z\""));
    CHECK(fake_has(0, 0, "\"timestamp\":\"2026-01-05T10:00:00.000Z\""));
    CHECK(strstr(fake.requests[0].body, "\"sent_at\":\"2026-01-05T10:00:02.000Z\"") != NULL);
}

TEST(a_load_is_announced_at_once_by_a_flush) {
    fake_begin();
    start(false);
    crashfree_flush(fake.client);
    CHECK_EQ_INT(fake.count, 1);
    fake_advance(FAKE_MINUTE);
    CHECK_EQ_INT(fake.count, 1);
}

TEST(a_load_is_announced_at_once_by_hiding) {
    fake_begin();
    start(false);
    crashfree_hide(fake.client, false);
    CHECK_EQ_INT(fake.count, 1);
    CHECK_EQ_INT(fake.requests[0].mode, CRASHFREE_FETCH_AT_EXIT);
    crashfree_hide(fake.client, true);
    CHECK_EQ_INT(fake.count, 1);
}

TEST(an_error_before_the_announcement_makes_one_item) {
    fake_begin();
    start(false);
    error(CRASHFREE_ERROR_HANDLED);
    fake_settle();
    CHECK_EQ_INT(fake.count, 1);
    CHECK_EQ_INT(fake_items(0), 1);
    CHECK(fake_has(0, 0, INIT));
    CHECK(fake_has(0, 0, "\"errors\":1"));
    CHECK(fake_has(0, 0, OK));
}

TEST(a_crash_before_the_announcement_makes_one_item_at_once) {
    fake_begin();
    start(false);
    error(CRASHFREE_ERROR_UNHANDLED);
    CHECK_EQ_INT(fake.count, 1);
    CHECK_EQ_INT(fake_items(0), 1);
    CHECK(fake_has(0, 0, INIT));
    CHECK(fake_has(0, 0, CRASHED));
    CHECK(fake_has(0, 0, "\"errors\":1"));
    fake_settle();
    CHECK_EQ_INT(fake.count, 1);
}

TEST(a_navigation_is_one_request_at_once) {
    begin_announced();
    start(true);
    CHECK_EQ_INT(fake.count, 2);
    CHECK_EQ_INT(fake_items(1), 2);
    CHECK(fake_has(1, 0, EXITED));
    CHECK(!fake_has(1, 0, INIT));
    CHECK(fake_has(1, 1, INIT));
    CHECK(fake_has(1, 1, OK));
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_REQUESTS), 2);
    fake_settle();
    CHECK_EQ_INT(fake.count, 2);
}

TEST(a_navigation_before_the_announcement_sends_one_item_for_the_old_session) {
    fake_begin();
    start(false);
    start(true);
    CHECK_EQ_INT(fake.count, 1);
    CHECK_EQ_INT(fake_items(0), 2);
    CHECK(fake_has(0, 0, INIT));
    CHECK(fake_has(0, 0, EXITED));
    CHECK(fake_has(0, 1, INIT));
    CHECK(fake_has(0, 1, OK));
}

TEST(a_crashed_session_is_not_ended_again) {
    begin_announced();
    error(CRASHFREE_ERROR_UNHANDLED);
    fake_respond(1, 200);
    start(true);
    CHECK_EQ_INT(fake_items(2), 1);
    CHECK(fake_has(2, 0, INIT));
    CHECK_EQ_INT(fake_total(EXITED), 0);
}

TEST(sent_at_is_the_time_of_sending) {
    fake_begin();
    start(true);
    CHECK(strncmp(fake.requests[0].body, "{\"sent_at\":\"2026-01-05T10:00:00.000Z\"", 37) == 0);
    fake_respond(0, 503);
    fake_advance(3000);
    crashfree_hide(fake.client, false);
    CHECK_EQ_INT(fake.count, 2);
    CHECK(strncmp(fake.requests[1].body, "{\"sent_at\":\"2026-01-05T10:00:03.000Z\"", 37) == 0);
    CHECK(fake_has(1, 0, "\"started\":\"2026-01-05T10:00:00.000Z\""));
}

/* ---- the end of a session -------------------------------------------------------------------- */

TEST(an_end_is_sent_once) {
    begin_announced();
    crashfree_end_session(fake.client, CRASHFREE_SESSION_EXITED, NAN);
    crashfree_end_session(fake.client, CRASHFREE_SESSION_CRASHED, NAN);
    error(CRASHFREE_ERROR_UNHANDLED);
    error(CRASHFREE_ERROR_HANDLED);
    fake_settle();
    CHECK_EQ_INT(fake.count, 2);
    CHECK_EQ_INT(fake_items(1), 1);
    CHECK(fake_has(1, 0, EXITED));
    CHECK(fake_has(1, 0, "\"errors\":0"));
}

TEST(every_final_status_is_final) {
    static const char *const names[] = {"", "exited", "crashed", "unhandled", "abnormal"};

    for (int end = CRASHFREE_SESSION_EXITED; end <= CRASHFREE_SESSION_ABNORMAL; end++) {
        char expected[40];

        begin_announced();
        crashfree_end_session(fake.client, (crashfree_session_status)end, NAN);
        error(CRASHFREE_ERROR_UNHANDLED);
        crashfree_end_session(fake.client, CRASHFREE_SESSION_EXITED, NAN);
        fake_set_user("u1");
        fake_settle();
        crashfree_hide(fake.client, true);
        CHECK_EQ_INT(fake.count, 2);
        (void)snprintf(expected, sizeof expected, "\"status\":\"%s\",\"errors\":0,\"attrs\"",
                       names[end]);
        CHECK(fake_has(1, 0, expected));
    }
}

TEST(ending_as_ok_is_exiting) {
    begin_announced();
    crashfree_end_session(fake.client, CRASHFREE_SESSION_OK, NAN);
    fake_settle();
    CHECK(fake_has(1, 0, EXITED));
}

TEST(ending_without_a_session_does_nothing) {
    fake_begin();
    crashfree_end_session(fake.client, CRASHFREE_SESSION_CRASHED, NAN);
    error(CRASHFREE_ERROR_UNHANDLED);
    fake_settle();
    CHECK_EQ_INT(fake.count, 0);
}

/* ---- consent --------------------------------------------------------------------------------- */

TEST(pending_consent_sends_nothing_and_grants_one_session) {
    fake_begin();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_CONSENT, CRASHFREE_CONSENT_PENDING);
    start(false);
    start(true);
    start(true);
    error(CRASHFREE_ERROR_HANDLED);
    crashfree_hide(fake.client, false);
    fake_advance(FAKE_MINUTE);
    CHECK_EQ_INT(fake.count, 0);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_CONSENT_PENDING);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 3);
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_GRANTED);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ACTIVE);
    CHECK_EQ_INT(fake.count, 1);
    CHECK_EQ_INT(fake_items(0), 1);
    CHECK(fake_has(0, 0, INIT));
    CHECK(fake_has(0, 0, "\"errors\":1"));
}

TEST(denied_consent_forgets_everything) {
    fake_begin();
    start(false);
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_DENIED);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_CONSENT_DENIED);
    CHECK_EQ_INT(crashfree_saveable(fake.client), 0);
    CHECK_EQ_STR(fake_session(), "");
    start(true);
    error(CRASHFREE_ERROR_UNHANDLED);
    crashfree_hide(fake.client, true);
    fake_advance(FAKE_MINUTE);
    CHECK_EQ_INT(fake.count, 0);
    CHECK_EQ_STR(fake_session(), "");
}

TEST(consent_after_denial_starts_one_session) {
    fake_begin();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_CONSENT, CRASHFREE_CONSENT_DENIED);
    start(false);
    start(true);
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_GRANTED);
    CHECK_EQ_INT(fake.count, 1);
    CHECK_EQ_INT(fake_items(0), 1);
    CHECK(fake_has(0, 0, INIT));
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 1);
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_GRANTED);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 1);
}

TEST(consent_that_is_withdrawn_and_given_again_starts_one_session) {
    begin_announced();
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_DENIED);
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_DENIED);
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_GRANTED);
    CHECK_EQ_INT(fake.count, 2);
    CHECK_EQ_INT(fake_items(1), 1);
    CHECK(fake_has(1, 0, INIT));
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 2);
}

TEST(a_late_answer_after_denial_does_nothing) {
    fake_begin();
    start(true);
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_DENIED);
    fake_respond(0, 0);
    fake_advance(FAKE_MINUTE);
    CHECK_EQ_INT(fake.count, 1);
    CHECK_EQ_INT(crashfree_saveable(fake.client), 0);
}

TEST(losses_are_not_told_without_consent) {
    fake_begin();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_PER_MINUTE, 1);
    start(true);
    start(true);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_BACKPRESSURE), 1);
    fake_answer(200);
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_DENIED);
    const unsigned before = fake.count;

    crashfree_hide(fake.client, true);
    CHECK_EQ_INT(fake.count, before);
}

/* ---- sampling -------------------------------------------------------------------------------- */

TEST(a_session_outside_the_sample_is_never_sent) {
    fake_begin();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_SAMPLE_RATE, 0);
    start(true);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_SAMPLED_OUT);
    error(CRASHFREE_ERROR_UNHANDLED);
    start(true);
    crashfree_hide(fake.client, true);
    fake_settle();
    CHECK_EQ_INT(fake.count, 0);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_SAMPLE_RATE), 2);
    CHECK(fake_session_has(OK));
}

TEST(the_id_of_the_session_decides_about_the_sample) {
    fake_begin();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_SAMPLE_RATE, 0.5);
    fake.random_byte = 0x80;
    start(true);
    CHECK_EQ_INT(fake.count, 0);
    fake.random_byte = 0x7f;
    start(true);
    CHECK_EQ_INT(fake.count, 1);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ACTIVE);
    CHECK_EQ_INT(fake_total(INIT), 1);
    CHECK(fake_has(0, 1, "{\"reason\":\"sample_rate\",\"category\":\"session\",\"quantity\":1}"));
}

/* ---- calling back from fetch ----------------------------------------------------------------- */

static void navigate_from_fetch(void) {
    fake.on_fetch = NULL;
    start(true);
    crashfree_flush(fake.client);
    error(CRASHFREE_ERROR_UNHANDLED);
}

TEST(fetch_may_call_back) {
    fake_begin();
    fake.on_fetch = navigate_from_fetch;
    start(true);
    fake_settle();
    CHECK_EQ_INT(fake_total(INIT), 2);
    CHECK_EQ_INT(fake_total(CRASHED), 1);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 2);
    for (unsigned i = 1; i < fake.count; i++) {
        CHECK_EQ_INT(fake.requests[i].number, fake.requests[i - 1].number + 1);
    }
}

static void answer_from_fetch(void) {
    fake_respond(fake.count - 1, fake.count == 1 ? CRASHFREE_ANSWER_CUT : 200);
}

TEST(an_answer_may_be_told_from_within_fetch) {
    fake_begin();
    fake.on_fetch = answer_from_fetch;
    start(true);
    CHECK_EQ_INT(fake.count, 1);
    fake_advance(FAKE_MINUTE);
    CHECK_EQ_INT(fake.count, 2);
    CHECK_EQ_INT(fake_total(INIT), 2);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
    fake_advance(FAKE_MINUTE);
    CHECK_EQ_INT(fake.count, 2);
}

/* ---- the limit per minute -------------------------------------------------------------------- */

TEST(more_sessions_than_the_limit_are_counted_and_not_opened) {
    fake_begin();
    for (int i = 0; i < 150; i++) {
        start(true);
        fake_answer(200);
    }
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 100);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_BACKPRESSURE), 50);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_TOO_MANY_SESSIONS);
    CHECK_EQ_INT(fake_total(INIT), 100);
    /* The session of the page that was left has ended all the same. */
    CHECK_EQ_INT(fake_total(EXITED), 100);
    error(CRASHFREE_ERROR_UNHANDLED);
    fake_settle();
    CHECK_EQ_INT(fake_total(CRASHED), 0);
}

TEST(the_limit_is_over_after_a_minute) {
    fake_begin();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_PER_MINUTE, 2);
    fake_advance(FAKE_MINUTE);
    start(true);
    start(true);
    start(true);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_TOO_MANY_SESSIONS);
    fake_advance(FAKE_MINUTE - 1);
    start(true);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 2);
    fake_advance(1);
    start(true);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 3);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ACTIVE);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_BACKPRESSURE), 2);
}

TEST(a_limit_of_0_is_none) {
    fake_begin();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_PER_MINUTE, 0);
    for (int i = 0; i < 1000; i++) {
        start(true);
        fake_answer(200);
    }
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 1000);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1000);
}

/* ---- reading the session --------------------------------------------------------------------- */

TEST(the_session_can_be_read) {
    fake_begin();
    CHECK_EQ_STR(fake_session(), "");
    fake_set_user("u1");
    start(false);
    CHECK(fake_session_has(INIT));
    CHECK(fake_session_has("\"did\":\"u1\""));
    crashfree_flush(fake.client);
    CHECK(!fake_session_has(INIT));
    CHECK(fake_session_has(OK));
    error(CRASHFREE_ERROR_UNHANDLED);
    CHECK(fake_session_has(CRASHED));
    fake_settle();
    CHECK(fake_session_has(CRASHED));
    CHECK(fake_session_has("\"errors\":1"));
}

TEST(a_session_that_does_not_fit_is_not_written) {
    char out[1000];

    fake_begin();
    start(false);
    const size_t length = crashfree_session(fake.client, out, sizeof out);

    CHECK_EQ_INT(length, strlen(out));
    for (size_t capacity = 0; capacity <= length; capacity++) {
        memset(out, '~', sizeof out);
        CHECK_EQ_INT(crashfree_session(fake.client, out, capacity), 0);
        CHECK_EQ_INT(out[capacity], '~');
    }
}

/* ---- close ----------------------------------------------------------------------------------- */

TEST(close_sends_what_is_waiting) {
    fake_begin();
    start(false);
    crashfree_close(fake.client);
    CHECK_EQ_INT(fake.count, 1);
    CHECK_EQ_INT(fake.requests[0].mode, CRASHFREE_FETCH_AT_EXIT);
    CHECK(fake_has(0, 0, INIT));
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_CLOSED);
}

TEST(a_closed_client_ignores_events) {
    begin_announced();
    crashfree_close(fake.client);
    const unsigned before = fake.count;

    start(false);
    start(true);
    error(CRASHFREE_ERROR_HANDLED);
    error(CRASHFREE_ERROR_UNHANDLED);
    fake_set_user("u1");
    crashfree_end_session(fake.client, CRASHFREE_SESSION_CRASHED, NAN);
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_DENIED);
    crashfree_close(fake.client);
    fake_settle();
    crashfree_hide(fake.client, true);
    CHECK_EQ_INT(fake.count, before);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 1);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_CLOSED);
}

TEST(a_closed_client_still_delivers) {
    fake_begin();
    start(false);
    crashfree_close(fake.client);
    fake_respond(0, 0);
    fake_settle();
    /* The second one asks whether the first may have arrived. */
    CHECK_EQ_INT(fake.count, 3);
    CHECK_EQ_INT(fake_items(1), 0);
    CHECK(fake_has(2, 0, INIT));
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 1);
}
