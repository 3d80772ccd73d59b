/* Options, and what a client says of itself. */
#include "page.h"
#include "test.h"

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
