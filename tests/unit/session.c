#include "session.h"
#include "fake_host.h"
#include "test.h"

static cf_session session;

#define AT 5000.0

static void begin(double sample_rate) {
    unsigned char random[CF_SID_BYTES];

    session = (cf_session){0};
    fake_functions.random(NULL, random, sizeof random);
    cf_session_begin(&session, random, sample_rate, FAKE_NOW, AT);
}

TEST(begins_with_everything_unsent) {
    fake_begin();
    begin(1);
    CHECK(cf_session_is_running(&session));
    CHECK(session.init_request == CF_UNSENT);
    CHECK(session.update_request != CF_UNSENT);
    CHECK(cf_session_is_due(&session));
    CHECK(!cf_session_is_settled(&session));
    CHECK_EQ_INT(session.errors, 0);
    CHECK_EQ_STR(session.did, "");
    CHECK(session.started == FAKE_NOW);
    CHECK(session.began == AT);
}

TEST(id_is_a_uuid_of_version_4) {
    fake_begin();
    for (int i = 0; i < 1000; i++) {
        begin(1);
        CHECK_EQ_INT(strlen(session.sid), CRASHFREE_SID_LENGTH);
        CHECK_EQ_INT(strspn(session.sid, "0123456789abcdef"), CRASHFREE_SID_LENGTH);
        CHECK_EQ_INT(session.sid[12], '4');
        CHECK(strchr("89ab", session.sid[16]) != NULL);
    }
    fake.random_byte = 0xff;
    begin(1);
    CHECK_EQ_STR(session.sid, "ffffffffffff4fffbfffffffffffffff");
    fake.random_byte = 0;
    begin(1);
    CHECK_EQ_STR(session.sid, "00000000000040008000000000000000");
}

TEST(every_session_has_an_id_of_its_own) {
    char sid[CRASHFREE_SID_LENGTH + 1];

    fake_begin();
    begin(1);
    memcpy(sid, session.sid, sizeof sid);
    begin(1);
    CHECK(strcmp(sid, session.sid) != 0);
}

TEST(the_id_decides_about_the_sample) {
    fake_begin();
    fake.random_byte = 0x80;
    begin(0.5);
    CHECK(!session.sampled);
    begin(0.51);
    CHECK(session.sampled);
    fake.random_byte = 0x7f;
    begin(0.5);
    CHECK(session.sampled);
}

TEST(a_rate_of_0_samples_none_and_of_1_all) {
    fake_begin();
    fake.random_byte = 0;
    begin(0);
    CHECK(!session.sampled);
    CHECK(cf_session_is_settled(&session));
    CHECK(!cf_session_is_due(&session));
    fake.random_byte = 0xff;
    begin(1);
    CHECK(session.sampled);
    begin(strtod("nan", NULL));
    CHECK(!session.sampled);
}

TEST(the_sample_has_about_the_size_of_the_rate) {
    int sampled = 0;

    fake_begin();
    for (int i = 0; i < 10000; i++) {
        begin(0.25);
        sampled += session.sampled;
    }
    CHECK(sampled > 2300);
    CHECK(sampled < 2700);
}

TEST(only_the_first_error_is_news) {
    fake_begin();
    begin(1);
    CHECK(cf_session_error(&session, AT));
    CHECK(!cf_session_error(&session, AT));
    CHECK_EQ_INT(session.errors, 2);
}

TEST(a_session_with_more_errors_than_it_counts_stays_errored) {
    fake_begin();
    begin(1);
    session.errors = CF_SESSION_ERRORS_MAX - 1;
    CHECK(!cf_session_error(&session, AT));
    CHECK(!cf_session_error(&session, AT));
    CHECK_EQ_INT(session.errors, CF_SESSION_ERRORS_MAX);
}

TEST(an_id_before_the_first_request_needs_no_update) {
    char did[sizeof session.did] = "u1";

    fake_begin();
    begin(1);
    cf_session_identify(&session, did, AT);
    CHECK(session.update_request != CF_UNSENT);
    CHECK_EQ_STR(session.did, "u1");
}

TEST(an_id_after_the_first_request_needs_one) {
    char did[sizeof session.did] = "u1";

    fake_begin();
    begin(1);
    session.init_request = 1;
    cf_session_identify(&session, did, AT);
    CHECK(session.update_request == CF_UNSENT);
}

TEST(what_is_on_its_way_is_not_due_until_the_state_changes) {
    fake_begin();
    begin(1);
    session.init_request = 7;
    CHECK(!cf_session_is_due(&session));
    CHECK(!cf_session_is_settled(&session));
    cf_session_end(&session, CRASHFREE_SESSION_EXITED, AT);
    CHECK(cf_session_is_due(&session));
    CHECK(session.init_request != CF_UNSENT);
    session.update_request = 8;
    CHECK(!cf_session_is_due(&session));
}

TEST(a_change_overtakes_the_state_that_is_on_its_way) {
    fake_begin();
    begin(1);
    session.init_request = CF_TAKEN;
    (void)cf_session_error(&session, AT);
    session.update_request = 5;
    cf_session_end(&session, CRASHFREE_SESSION_CRASHED, AT);
    CHECK_EQ_INT(session.update_request, CF_UNSENT);
    CHECK(session.update_request == CF_UNSENT);
    CHECK_EQ_INT(cf_session_wire_status(&session), CRASHFREE_SESSION_CRASHED);
}

TEST(a_final_status_is_not_repeated_with_a_lost_init) {
    fake_begin();
    begin(1);
    cf_session_end(&session, CRASHFREE_SESSION_CRASHED, AT);
    session.update_request = CF_TAKEN;
    CHECK(cf_session_is_due(&session));
    CHECK_EQ_INT(cf_session_wire_status(&session), CRASHFREE_SESSION_OK);
}

TEST(the_timestamp_is_that_of_the_last_change) {
    fake_begin();
    begin(1);
    CHECK(cf_session_timestamp(&session) == FAKE_NOW);
    (void)cf_session_error(&session, AT + 10);
    CHECK(cf_session_timestamp(&session) == FAKE_NOW + 10);
    /* The second one is not news. */
    (void)cf_session_error(&session, AT + 20);
    CHECK(cf_session_timestamp(&session) == FAKE_NOW + 10);
    cf_session_end(&session, CRASHFREE_SESSION_CRASHED, AT + 30);
    CHECK(cf_session_timestamp(&session) == FAKE_NOW + 30);
    cf_session_end(&session, CRASHFREE_SESSION_CRASHED, AT + 5);
    CHECK(cf_session_timestamp(&session) == FAKE_NOW + 30);
}
