/* Options and the events of a page; what an answer does is in delivery.c. */
#include "fake_host.h"
#include "queue.h"
#include "state.h"
#include "test.h"

#define INIT "\"init\":true"
#define OK "\"status\":\"ok\""
#define EXITED "\"status\":\"exited\""
#define CRASHED "\"status\":\"crashed\""

static void start(bool announce) {
    crashfree_start_session(fake.client, announce, NAN);
}

static void error(crashfree_error_kind kind) {
    crashfree_error(fake.client, kind, NAN);
}

static crashfree_status status(void) {
    return crashfree_get_status(fake.client);
}

static unsigned counter(crashfree_counter which) {
    return crashfree_count(fake.client, which);
}

/* A client whose first session was announced and taken. */
static void begin_announced(void) {
    fake_begin();
    start(true);
    fake_respond(0, 200);
}

/* ---- options --------------------------------------------------------------------------------- */

TEST(status_names_the_first_thing_that_is_missing) {
    char tunnel[CRASHFREE_URL_MAX + 2] = {0};

    fake_begin_bare();
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_NO_DSN);
    CHECK(!fake_set_text(CRASHFREE_OPTION_DSN, "https://h.example/42"));
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_INVALID_DSN);
    CHECK(!fake_set_text(CRASHFREE_OPTION_DSN, ""));
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_NO_DSN);
    CHECK(fake_set_text(CRASHFREE_OPTION_DSN, FAKE_DSN));
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_NO_RELEASE);
    CHECK(!fake_set_text(CRASHFREE_OPTION_RELEASE, "latest"));
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_INVALID_RELEASE);
    CHECK(!fake_set_text(CRASHFREE_OPTION_RELEASE, " "));
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_NO_RELEASE);
    CHECK(fake_set_text(CRASHFREE_OPTION_RELEASE, "shop@1"));
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ACTIVE);
    memset(tunnel, '/', sizeof tunnel - 1);
    CHECK(!fake_set_text(CRASHFREE_OPTION_TUNNEL, tunnel));
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_INVALID_TUNNEL);
    CHECK(fake_set_text(CRASHFREE_OPTION_TUNNEL, ""));
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ACTIVE);
    CHECK(fake_set_text(CRASHFREE_OPTION_TUNNEL, "/tunnel"));
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ACTIVE);
}

TEST(values_of_status_never_change) {
    CHECK_EQ_INT(CRASHFREE_STATUS_ACTIVE, 0);
    CHECK_EQ_INT(CRASHFREE_STATUS_NO_DSN, 1);
    CHECK_EQ_INT(CRASHFREE_STATUS_INVALID_DSN, 2);
    CHECK_EQ_INT(CRASHFREE_STATUS_NO_RELEASE, 3);
    CHECK_EQ_INT(CRASHFREE_STATUS_INVALID_RELEASE, 4);
    CHECK_EQ_INT(CRASHFREE_STATUS_CONSENT_PENDING, 5);
    CHECK_EQ_INT(CRASHFREE_STATUS_CONSENT_DENIED, 6);
    CHECK_EQ_INT(CRASHFREE_STATUS_RATE_LIMITED, 7);
    CHECK_EQ_INT(CRASHFREE_STATUS_SAMPLED_OUT, 8);
    CHECK_EQ_INT(CRASHFREE_STATUS_TOO_MANY_SESSIONS, 9);
    CHECK_EQ_INT(CRASHFREE_STATUS_CLOSED, 10);
    CHECK_EQ_INT(CRASHFREE_STATUS_INVALID_TUNNEL, 11);
    CHECK_EQ_INT(CRASHFREE_STATUS_ANSWERS_UNREADABLE, 12);
    CHECK_EQ_INT(CRASHFREE_STATUS_ANSWERS_FOREIGN, 13);
}

static void everything(void) {
    start(false);
    error(CRASHFREE_ERROR_HANDLED);
    fake_set_user("u1");
    start(true);
    error(CRASHFREE_ERROR_UNHANDLED);
    crashfree_end_session(fake.client, CRASHFREE_SESSION_EXITED, NAN);
    crashfree_flush(fake.client);
    crashfree_hide(fake.client, false);
    crashfree_hide(fake.client, true);
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_GRANTED);
    fake_advance(FAKE_MINUTE);
    crashfree_close(fake.client);
}

TEST(without_valid_options_nothing_is_sent_or_kept) {
    fake_begin_bare();
    everything();
    CHECK_EQ_INT(fake.count, 0);
    CHECK_EQ_STR(fake_session(), "");

    fake_begin();
    (void)fake_set_text(CRASHFREE_OPTION_RELEASE, "a/b");
    everything();
    CHECK_EQ_INT(fake.count, 0);
    CHECK_EQ_INT(crashfree_saveable(fake.client), 0);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 0);

    fake_begin();
    char tunnel[CRASHFREE_URL_MAX + 2];

    memset(tunnel, 't', sizeof tunnel);
    tunnel[CRASHFREE_URL_MAX + 1] = '\0';
    CHECK(!fake_set_text(CRASHFREE_OPTION_TUNNEL, tunnel));
    everything();
    CHECK_EQ_INT(fake.count, 0);
    tunnel[CRASHFREE_URL_MAX] = '\0';
    CHECK(fake_set_text(CRASHFREE_OPTION_TUNNEL, tunnel));
}

TEST(an_invalid_environment_is_left_out) {
    fake_begin();
    CHECK(!fake_set_text(CRASHFREE_OPTION_ENVIRONMENT, "a/b"));
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_ACTIVE);
    start(true);
    CHECK_EQ_INT(fake.count, 1);
    CHECK(!fake_has(0, 0, "environment"));
    CHECK(fake_has(0, 0, "\"release\":\"shop@1.4.0\""));
}

TEST(names_are_trimmed) {
    fake_begin();
    CHECK(fake_set_text(CRASHFREE_OPTION_RELEASE, " shop@2\n"));
    CHECK(fake_set_text(CRASHFREE_OPTION_ENVIRONMENT, "\tstaging "));
    start(true);
    CHECK(fake_has(0, 0, "{\"release\":\"shop@2\",\"environment\":\"staging\"}"));
}

TEST(a_long_user_agent_is_cut) {
    char agent[CRASHFREE_USER_AGENT_MAX + 100];
    const char *sent;

    memset(agent, 'a', sizeof agent - 1);
    agent[sizeof agent - 1] = '\0';
    fake_begin();
    CHECK(fake_set_text(CRASHFREE_OPTION_USER_AGENT, agent));
    start(true);
    sent = strstr(fake_item(0, 0), "\"user_agent\":\"");
    CHECK(sent != NULL);
    CHECK_EQ_INT(strspn(sent + strlen("\"user_agent\":\""), "a"), CRASHFREE_USER_AGENT_MAX);
}

TEST(options_that_there_are_not_are_ignored) {
    fake_begin();
    CHECK(!fake_set_text(CRASHFREE_OPTION_SAMPLE_RATE, "1"));
    CHECK(!fake_set_text(CRASHFREE_OPTIONS, "1"));
    crashfree_set_number(fake.client, CRASHFREE_OPTIONS, 1);
    crashfree_set_number(fake.client, (crashfree_option)1000, 1);
    start(true);
    CHECK_EQ_INT(fake.count, 1);
}

TEST(texts_are_copied_and_need_no_nul) {
    char release[] = {'s', 'h', 'o', 'p', '!'};

    fake_begin();
    CHECK(crashfree_set_text(fake.client, CRASHFREE_OPTION_RELEASE, release, 4));
    memset(release, 'x', sizeof release);
    start(true);
    CHECK(fake_has(0, 0, "\"release\":\"shop\""));
}

TEST(no_byte_of_any_text_breaks_the_json) {
    char text[256];

    fake_begin();
    for (int i = 0; i < 256; i++) {
        text[i] = (char)i;
    }
    (void)crashfree_set_text(fake.client, CRASHFREE_OPTION_USER_AGENT, text, sizeof text);
    crashfree_set_user(fake.client, text, 100, NAN);
    start(true);
    CHECK(fake_has(0, 0, "\"did\":\"\\u001a\\u0001\\u0002"));
    for (const char *at = fake.requests[0].body; *at != '\0'; at++) {
        CHECK((unsigned char)*at >= 0x20 || *at == '\n');
    }
    CHECK_EQ_INT(fake_items(0), 1);
}

TEST(two_clients_do_not_share_anything) {
    crashfree *other = malloc(crashfree_size());

    CHECK(other != NULL);
    fake_begin();
    (void)crashfree_init(other, &fake_functions);
    start(true);
    crashfree_start_session(other, true, NAN);
    const crashfree_status other_status = crashfree_get_status(other);
    const unsigned other_count = crashfree_saveable(other);

    free(other);
    CHECK_EQ_INT(other_status, CRASHFREE_STATUS_NO_DSN);
    CHECK_EQ_INT(other_count, 0);
    CHECK_EQ_INT(fake.count, 1);
}

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

/* ---- errors ---------------------------------------------------------------------------------- */

TEST(the_first_handled_error_makes_one_update) {
    begin_announced();
    for (int i = 0; i < 100; i++) {
        error(CRASHFREE_ERROR_HANDLED);
    }
    CHECK_EQ_INT(fake.count, 1);
    fake_advance(0);
    CHECK_EQ_INT(fake.count, 2);
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

TEST(a_crash_after_a_handled_error_keeps_both) {
    begin_announced();
    error(CRASHFREE_ERROR_HANDLED);
    error(CRASHFREE_ERROR_UNHANDLED);
    fake_settle();
    CHECK_EQ_INT(fake.count, 2);
    CHECK(fake_has(1, 0, CRASHED));
    CHECK(fake_has(1, 0, "\"errors\":2"));
}

TEST(an_error_that_was_not_handled_can_count_as_unhandled) {
    begin_announced();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_UNHANDLED, CRASHFREE_SESSION_UNHANDLED);
    error(CRASHFREE_ERROR_UNHANDLED);
    CHECK(fake_has(1, 0, "\"status\":\"unhandled\",\"errors\":1"));
}

/* ---- users ----------------------------------------------------------------------------------- */

TEST(a_user_set_before_the_session_is_part_of_it) {
    fake_begin();
    fake_set_user("u1");
    CHECK_EQ_INT(fake.count, 0);
    start(true);
    CHECK_EQ_INT(fake_items(0), 1);
    CHECK(fake_has(0, 0, "\"did\":\"u1\""));
    start(true);
    CHECK(fake_has(1, 1, "\"did\":\"u1\""));
}

TEST(nobody_has_no_did) {
    fake_begin();
    fake_set_user("");
    start(true);
    CHECK(!fake_has(0, 0, "did"));
}

TEST(the_first_id_before_the_announcement_costs_no_request) {
    fake_begin();
    start(false);
    fake_set_user("u1");
    fake_settle();
    CHECK_EQ_INT(fake.count, 1);
    CHECK_EQ_INT(fake_items(0), 1);
    CHECK(fake_has(0, 0, "\"did\":\"u1\""));
    CHECK(strstr(fake.requests[0].body, "\"sent_at\":\"2026-01-05T10:00:02.000Z\"") != NULL);
}

TEST(the_first_id_after_the_announcement_makes_one_update) {
    begin_announced();
    fake_set_user("u1");
    fake_set_user("u1");
    fake_settle();
    CHECK_EQ_INT(fake.count, 2);
    CHECK_EQ_INT(fake_items(1), 1);
    CHECK(fake_has(1, 0, "\"did\":\"u1\""));
    CHECK(fake_has(1, 0, OK));
    CHECK(!fake_has(1, 0, INIT));
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 1);
}

TEST(the_first_id_while_the_announcement_is_on_its_way_makes_one_update) {
    fake_begin();
    start(true);
    fake_set_user("u1");
    fake_settle();
    CHECK_EQ_INT(fake.count, 2);
    CHECK(fake_has(1, 0, "\"did\":\"u1\""));
    CHECK_EQ_INT(fake_total(INIT), 1);
}

TEST(another_id_ends_the_session_and_starts_the_next) {
    begin_announced();
    fake_set_user("u1");
    fake_settle();
    fake_set_user("u2");
    fake_settle();
    CHECK_EQ_INT(fake.count, 3);
    CHECK_EQ_INT(fake_items(2), 2);
    CHECK(fake_has(2, 0, EXITED));
    CHECK(fake_has(2, 0, "\"did\":\"u1\""));
    CHECK(fake_has(2, 1, INIT));
    CHECK(fake_has(2, 1, "\"did\":\"u2\""));
}

TEST(nobody_changes_nothing_until_the_next_session) {
    fake_begin();
    fake_set_user("u1");
    start(true);
    fake_respond(0, 200);
    fake_set_user("");
    fake_settle();
    CHECK_EQ_INT(fake.count, 1);
    error(CRASHFREE_ERROR_HANDLED);
    fake_settle();
    CHECK(fake_has(1, 0, "\"did\":\"u1\""));
    CHECK(!fake_has(1, 0, INIT));
    start(true);
    CHECK(fake_has(2, 0, "\"did\":\"u1\""));
    CHECK(fake_has(2, 1, INIT));
    CHECK(!fake_has(2, 1, "did"));
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 2);
}

TEST(who_comes_back_after_a_logout_is_still_there) {
    fake_begin();
    fake_set_user("u1");
    start(true);
    fake_set_user("");
    fake_set_user("u1");
    fake_settle();
    CHECK_EQ_INT(fake.count, 1);
    start(true);
    CHECK(fake_has(1, 1, "\"did\":\"u1\""));
}

TEST(somebody_else_after_a_logout_has_a_session_of_their_own) {
    fake_begin();
    fake_set_user("u1");
    start(true);
    fake_respond(0, 200);
    fake_set_user("");
    fake_set_user("u2");
    fake_settle();
    CHECK_EQ_INT(fake_items(1), 2);
    CHECK(fake_has(1, 0, "\"did\":\"u1\""));
    CHECK(fake_has(1, 1, "\"did\":\"u2\""));
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 2);
}

TEST(switching_back_and_forth_makes_sessions_of_their_own) {
    fake_begin();
    fake_set_user("u1");
    start(false);
    fake_set_user("u2");
    fake_set_user("u1");
    fake_settle();
    CHECK_EQ_INT(fake_total(INIT), 3);
    CHECK_EQ_INT(fake_total("\"did\":\"u1\""), 2);
    CHECK_EQ_INT(fake_total("\"did\":\"u2\""), 1);
}

/* A crash of a session whose user has an id of so many `u` with `last` behind them. */
static void crash_of(size_t length, char last) {
    char id[1000];

    memset(id, 'u', sizeof id);
    id[length] = last;
    fake_begin();
    crashfree_set_user(fake.client, id, length + 1, NAN);
    start(true);
}

static const char *did_sent(void) {
    static char did[CRASHFREE_USER_ID_MAX + 1];
    const char *const at = strstr(fake_item(0, 0), "\"did\":\"");

    (void)snprintf(did, sizeof did, "%.*s", at == NULL ? 0 : (int)strcspn(at + 7, "\""),
                   at == NULL ? "" : at + 7);
    return did;
}

TEST(the_longest_id_travels_as_it_is_and_a_longer_one_as_a_digest) {
    char first[CRASHFREE_USER_ID_MAX + 1];

    crash_of(CRASHFREE_USER_ID_MAX - 1, '1');
    CHECK_EQ_INT(strlen(did_sent()), CRASHFREE_USER_ID_MAX);
    crash_of(CRASHFREE_USER_ID_MAX, '1');
    CHECK_EQ_INT(strlen(did_sent()), strlen("crashfree:") + 32);
    CHECK(strncmp(did_sent(), "crashfree:", 10) == 0);
    CHECK_EQ_INT(strspn(did_sent() + 10, "0123456789abcdef"), 32);
    memcpy(first, did_sent(), sizeof first);
    /* The same again is the same, another is another, and so is a longer one. */
    crash_of(CRASHFREE_USER_ID_MAX, '1');
    CHECK_EQ_STR(did_sent(), first);
    crash_of(CRASHFREE_USER_ID_MAX, '2');
    CHECK(strcmp(did_sent(), first) != 0);
    crash_of(900, '1');
    CHECK(strcmp(did_sent(), first) != 0);
}

TEST(long_ids_tell_people_apart) {
    char id[CRASHFREE_USER_ID_MAX + 1];

    memset(id, 'u', sizeof id);
    fake_begin();
    fake_set_user("u1");
    start(true);
    fake_respond(0, 200);
    crashfree_set_user(fake.client, id, sizeof id, NAN);
    crashfree_set_user(fake.client, id, sizeof id, NAN);
    fake_settle();
    CHECK_EQ_INT(fake_items(1), 2);
    CHECK(fake_has(1, 1, "\"did\":\"crashfree:"));
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 2);
}

TEST(an_id_counts_in_bytes_after_replacement) {
    char id[86];

    memset(id, '\xff', sizeof id);
    fake_begin();
    crashfree_set_user(fake.client, id, 85, NAN);
    start(true);
    CHECK(!fake_has(0, 0, "crashfree:"));
    fake_begin();
    crashfree_set_user(fake.client, id, 86, NAN);
    start(true);
    CHECK(fake_has(0, 0, "crashfree:"));
}

TEST(a_user_after_the_end_of_the_session_belongs_to_the_next) {
    begin_announced();
    error(CRASHFREE_ERROR_UNHANDLED);
    fake_respond(1, 200);
    fake_set_user("u1");
    fake_settle();
    CHECK_EQ_INT(fake.count, 2);
    start(true);
    CHECK(fake_has(2, 0, "\"did\":\"u1\""));
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

/* ---- before_send ----------------------------------------------------------------------------- */

static void begin_asking(void) {
    fake_begin();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_BEFORE_SEND, 1);
}

TEST(before_send_is_not_asked_without_its_option) {
    fake_begin();
    start(true);
    CHECK_EQ_INT(fake.asked, 0);
}

TEST(before_send_sees_the_item_that_is_sent) {
    begin_asking();
    start(true);
    CHECK_EQ_INT(fake.asked, 1);
    CHECK_EQ_STR(fake.question, fake_item(0, 0));
    fake_respond(0, 200);
    error(CRASHFREE_ERROR_UNHANDLED);
    CHECK_EQ_INT(fake.asked, 2);
    CHECK_EQ_STR(fake.question, fake_item(1, 0));
}

TEST(what_before_send_discards_is_gone_for_good) {
    begin_asking();
    fake.refuse = true;
    start(true);
    CHECK_EQ_INT(fake.count, 0);
    fake.refuse = false;
    error(CRASHFREE_ERROR_UNHANDLED);
    fake_settle();
    CHECK_EQ_INT(fake.count, 0);
    CHECK_EQ_INT(fake.asked, 1);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_BEFORE_SEND), 1);
    start(true);
    CHECK_EQ_INT(fake_total(INIT), 1);
    CHECK(fake_has(0, 1, "{\"reason\":\"before_send\",\"category\":\"session\",\"quantity\":1}"));
}

TEST(before_send_is_asked_about_each_session) {
    begin_asking();
    start(false);
    start(false);
    start(true);
    CHECK_EQ_INT(fake.asked, 3);
    CHECK_EQ_INT(fake_items(0), 3);
}

static void start_another(void) {
    fake.on_before_send = NULL;
    start(true);
}

static void flush(void) {
    crashfree_flush(fake.client);
}

static void deny(void) {
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_DENIED);
}

static void suspend(void) {
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_PENDING);
}

static void close_client(void) {
    crashfree_close(fake.client);
}

static void crash(void) {
    error(CRASHFREE_ERROR_UNHANDLED);
}

TEST(before_send_may_start_a_session) {
    begin_asking();
    fake.on_before_send = start_another;
    start(true);
    fake_settle();
    CHECK_EQ_INT(fake_total(INIT), 2);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_STARTED), 2);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 2);
}

TEST(before_send_may_flush_hide_and_report_errors) {
    begin_asking();
    fake.on_before_send = flush;
    start(true);
    fake_settle();
    CHECK_EQ_INT(fake_total(INIT), 1);
    fake.on_before_send = crash;
    start(true);
    fake_settle();
    CHECK_EQ_INT(fake_total(INIT), 2);
    CHECK_EQ_INT(fake_total(CRASHED), 1);
}

TEST(before_send_may_close_the_client) {
    begin_asking();
    fake.on_before_send = close_client;
    start(true);
    fake_settle();
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_CLOSED);
    CHECK_EQ_INT(fake_total(INIT), 1);
}

TEST(consent_denied_within_before_send_stops_the_request) {
    begin_asking();
    fake.on_before_send = deny;
    start(false);
    start(true);
    CHECK_EQ_INT(fake.count, 0);
    fake_settle();
    CHECK_EQ_INT(fake.count, 0);
}

TEST(consent_suspended_within_before_send_stops_the_request) {
    begin_asking();
    fake.on_before_send = suspend;
    start(true);
    CHECK_EQ_INT(fake.count, 0);
}

static unsigned asked_about[3];
static unsigned navigations;

/* Notes the question by its user, and gives an answer that takes the first session off the list. */
static void note_and_settle_the_first(void) {
    for (unsigned i = 0; i < 3; i++) {
        const char did[] = {'"', 'd', 'i', 'd', '"', ':', '"', 'u', (char)('1' + i), '\0'};

        asked_about[i] += strstr(fake.question, did) != NULL;
    }
    if (!fake.requests[0].answered) {
        fake_respond(0, 200);
    }
}

TEST(no_session_is_sent_that_before_send_was_not_asked_about) {
    memset(asked_about, 0, sizeof asked_about);
    begin_asking();
    /* u0 ends and is on its way when three more wait; its answer comes while before_send runs. */
    fake_set_user("u0");
    start(false);
    crash();
    fake.on_before_send = note_and_settle_the_first;
    fake_set_user("u1");
    start(false);
    fake_set_user("u2");
    fake_set_user("u3");
    fake_advance(0);
    fake_settle();
    CHECK_EQ_INT(fake_total("\"did\":\"u1\""), 1);
    CHECK_EQ_INT(fake_total("\"did\":\"u2\""), 1);
    CHECK_EQ_INT(fake_total("\"did\":\"u3\""), 1);
    CHECK_EQ_INT(asked_about[0], 1);
    CHECK_EQ_INT(asked_about[1], 1);
    CHECK_EQ_INT(asked_about[2], 1);
}

static void navigate_on(void) {
    if (navigations-- > 0) {
        start(true);
    }
}

TEST(before_send_may_navigate_for_ever) {
    begin_asking();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_PER_MINUTE, 0);
    navigations = 1000;
    fake.on_before_send = navigate_on;
    start(true);
    navigations = 0;
    fake_settle();
    CHECK(counter(CRASHFREE_COUNT_STARTED) > 1);
    CHECK_EQ_INT(fake_total(INIT) + counter(CRASHFREE_COUNT_QUEUE_OVERFLOW),
                 counter(CRASHFREE_COUNT_STARTED));
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

/* ---- facts of before -------------------------------------------------------------------------- */

static double told_at;

static void start_at(double at) {
    crashfree_start_session(fake.client, true, at);
}

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
    CHECK(strncmp(fake_item(1, 0) + 8, fake.client->end[-1].sid, CRASHFREE_SID_LENGTH) == 0);
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
        memcpy(first, fake.client->end[-1].sid, sizeof first);
        start(true);
        memcpy(second, fake.client->end[-1].sid, sizeof second);
        start(true);
        CHECK(strcmp(first, second) != 0);
        CHECK(strcmp(second, fake.client->end[-1].sid) != 0);
        CHECK_EQ_INT(second[12], '4');
        CHECK(strcmp(first, "00000000000040008000000000000000") != 0);
    }
}

TEST(numbers_that_are_none_do_no_harm) {
    begin_announced();
    crashfree_error(fake.client, (crashfree_error_kind)77, NAN);
    crashfree_end_session(fake.client, (crashfree_session_status)77, NAN);
    fake_settle();
    CHECK(fake_has(1, 0, "\"status\":\"exited\",\"errors\":1"));
    CHECK_EQ_INT(counter((crashfree_counter)-1), 0);
    CHECK_EQ_INT(counter((crashfree_counter)1000), 0);
    crashfree_set_consent(fake.client, (crashfree_consent)77);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_CONSENT_DENIED);
    fake_begin();
    crashfree_set_number(fake.client, CRASHFREE_OPTION_CONSENT, 3);
    CHECK_EQ_INT(status(), CRASHFREE_STATUS_CONSENT_DENIED);
}

/* ---- the DSN ---------------------------------------------------------------------------------- */

TEST(a_dsn_has_one_spelling_and_its_secret_stays_here) {
    char text[CRASHFREE_URL_MAX + 1];

    fake_begin_bare();
    CHECK_EQ_INT(crashfree_dsn(fake.client, text, sizeof text), 0);
    CHECK(fake_set_text(CRASHFREE_OPTION_DSN,
                        " https://" FAKE_KEY ":5ec4e7@Collector.EXAMPLE:443/42/ "));
    CHECK_EQ_INT(crashfree_dsn(fake.client, text, sizeof text - 1), 0);
    CHECK_EQ_INT(crashfree_dsn(fake.client, text, sizeof text), strlen(FAKE_DSN));
    CHECK_EQ_STR(text, FAKE_DSN);
    (void)fake_set_text(CRASHFREE_OPTION_RELEASE, "shop@1");
    (void)fake_set_text(CRASHFREE_OPTION_TUNNEL, "/t");
    start(true);
    CHECK(strstr(fake.requests[0].body, "5ec4e7") == NULL);
    CHECK(strstr(fake.requests[0].body, "\"dsn\":\"" FAKE_DSN "\"") != NULL);
}
