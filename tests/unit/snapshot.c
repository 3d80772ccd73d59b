/* What can be seen and kept of a client: records of sessions, and what becomes of them later. */
#include "fake_host.h"
#include "test.h"

#define SID "5f0c6f0e9b1d4c0f8a5e2b7d3c4f1a90"
#define STARTED "002045836000000" /* the day and time of FAKE_NOW */
#define A_DAY_AGO "002045736000000"

static char saved[1000];

/* A record of a crash of the moment `started`. */
static const char *crashed_at(double started) {
    static char record[CRASHFREE_RECORD_MAX];
    const double day = floor(started / FAKE_DAY);

    (void)snprintf(record, sizeof record, SID "1102000000001%07.0f%08.0fu1", day,
                   started - day * FAKE_DAY);
    return record;
}

static void start(bool announce) {
    crashfree_start_session(fake.client, announce, NAN);
}

static size_t save(unsigned index) {
    return crashfree_save(fake.client, index, saved, sizeof saved);
}

static bool restore(const char *record) {
    return crashfree_restore(fake.client, record, strlen(record), false);
}

static bool restore_killed(const char *record) {
    return crashfree_restore(fake.client, record, strlen(record), true);
}

/* ---- saving ---------------------------------------------------------------------------------- */

TEST(a_record_begins_with_the_sid_and_tells_whether_something_is_due) {
    const cf_session *session;

    fake_begin();
    fake_set_user("anna b");
    start(false);
    session = fake.client->sessions;
    CHECK_EQ_INT(crashfree_saveable(fake.client), 1);
    const size_t length = save(0);

    CHECK_EQ_INT(length, strlen(saved));
    CHECK_EQ_MEM(saved, session->sid, CRASHFREE_SID_LENGTH);
    CHECK_EQ_STR(saved + CRASHFREE_SID_LENGTH, "1100000000000" STARTED "anna b");
    CHECK_EQ_INT(saved[CRASHFREE_RECORD_DUE], '1');
    crashfree_flush(fake.client);
    CHECK(save(0) > 0);
    CHECK_EQ_STR(saved + CRASHFREE_SID_LENGTH, "1010000000000" STARTED "anna b");
    CHECK_EQ_INT(saved[CRASHFREE_RECORD_DUE], '0');
}

TEST(what_is_on_its_way_is_saved_as_delivered) {
    fake_begin();
    start(true);
    CHECK(save(0) > 0);
    CHECK_EQ_STR(saved + CRASHFREE_SID_LENGTH, "1010000000000" STARTED);
    start(true);
    CHECK_EQ_INT(save(0), 0);
    CHECK(save(1) > 0);
    CHECK_EQ_INT(saved[CRASHFREE_RECORD_DUE], '0');
    fake_respond(0, 0);
    CHECK(save(0) > 0);
    CHECK_EQ_STR(saved + CRASHFREE_SID_LENGTH, "1101000000000" STARTED);
}

TEST(an_end_that_left_is_not_saved_again) {
    fake_begin();
    start(true);
    crashfree_error(fake.client, CRASHFREE_ERROR_UNHANDLED, NAN);
    fake_respond(1, 200);
    fake_respond(0, 0);
    CHECK(save(0) > 0);
    CHECK_EQ_STR(saved + CRASHFREE_SID_LENGTH, "1101000000001" STARTED);
}

TEST(there_is_nothing_to_save_past_the_last_or_outside_the_sample) {
    fake_begin();
    CHECK_EQ_INT(crashfree_saveable(fake.client), 0);
    CHECK_EQ_INT(save(0), 0);
    crashfree_set_number(fake.client, CRASHFREE_OPTION_SAMPLE_RATE, 0);
    start(true);
    CHECK_EQ_INT(save(0), 0);
    CHECK_EQ_INT(save(1), 0);
    CHECK_EQ_INT(save(UINT32_MAX), 0);
}

TEST(an_ended_and_delivered_session_is_not_saved) {
    fake_begin();
    start(true);
    crashfree_error(fake.client, CRASHFREE_ERROR_UNHANDLED, NAN);
    fake_answer(200);
    CHECK_EQ_INT(save(0), 0);
}

TEST(a_record_needs_room) {
    char small[CRASHFREE_RECORD_MAX];

    fake_begin();
    start(false);
    for (size_t capacity = 0; capacity < sizeof small; capacity++) {
        CHECK_EQ_INT(crashfree_save(fake.client, 0, small, capacity), 0);
    }
    CHECK_EQ_INT(crashfree_save(fake.client, 0, small, sizeof small), save(0));
}

TEST(the_longest_record_has_room) {
    char id[CRASHFREE_USER_ID_MAX + 1];

    fake_begin();
    memset(id, '\x01', sizeof id);
    crashfree_set_user(fake.client, id, CRASHFREE_USER_ID_MAX, NAN);
    fake.now = 253402300799999.0;
    start(false);
    fake.client->sessions[0].errors = CF_SESSION_ERRORS_MAX;
    fake.client->sessions[0].status = CRASHFREE_SESSION_ABNORMAL;
    CHECK(save(0) > 0);
    CHECK(strlen(saved) < CRASHFREE_RECORD_MAX);
    CHECK(!restore(saved));
    fake.client->sessions_end = fake.client->sessions;
    CHECK(restore(saved));
    CHECK(save(0) > 0);
}

/* ---- restoring ------------------------------------------------------------------------------- */

TEST(a_restored_session_is_sent_with_all_it_was) {
    fake_begin();
    CHECK(restore(SID "1102000000003" A_DAY_AGO "u1"));
    CHECK_EQ_INT(fake.count, 0);
    crashfree_flush(fake.client);
    CHECK_EQ_INT(fake.count, 1);
    CHECK(fake_has(0, 0,
                   "{\"sid\":\"" SID "\",\"init\":true,"
                   "\"started\":\"2026-01-04T10:00:00.000Z\","
                   "\"timestamp\":\"2026-01-05T10:00:00.000Z\",\"status\":\"crashed\","
                   "\"errors\":3,\"did\":\"u1\","));
    fake_settle();
    CHECK_EQ_INT(fake.count, 1);
    CHECK_EQ_INT(crashfree_count(fake.client, CRASHFREE_COUNT_ACCEPTED), 1);
}

TEST(an_announced_session_is_restored_without_init) {
    fake_begin();
    CHECK(restore(SID "1114000000000" STARTED));
    crashfree_flush(fake.client);
    CHECK(!fake_has(0, 0, "init"));
    CHECK(!fake_has(0, 0, "did"));
    CHECK(fake_has(0, 0, "\"status\":\"abnormal\""));
}

TEST(a_session_without_news_is_not_restored) {
    fake_begin();
    CHECK(!restore(SID "1010000000000" STARTED));
    CHECK(!restore(SID "1010000000002" STARTED));
    CHECK(!restore(SID "1011000000000" STARTED));
    CHECK_EQ_INT(crashfree_saveable(fake.client), 0);
}

TEST(a_session_that_was_running_exited_unless_its_page_was_killed) {
    fake_begin();
    CHECK(restore(SID "1100000000000" STARTED));
    crashfree_flush(fake.client);
    CHECK(fake_has(0, 0, "\"status\":\"exited\",\"errors\":0"));

    fake_begin();
    CHECK(restore_killed(SID "1010000000000" STARTED));
    crashfree_flush(fake.client);
    CHECK(fake_has(0, 0, "\"status\":\"abnormal\",\"abnormal_mechanism\":\"anr_foreground\","));
    CHECK(save(0) == 0);
    fake_respond(0, 503);
    CHECK(save(0) > 0);
    CHECK_EQ_STR(saved + CRASHFREE_SID_LENGTH, "1115000000000" STARTED);
    fake_begin();
    CHECK(restore(saved));
    crashfree_flush(fake.client);
    CHECK(fake_has(0, 0, "anr_foreground"));

    /* What had ended before stays what it was. */
    fake_begin();
    CHECK(restore_killed(SID "1112000000001" STARTED));
    crashfree_flush(fake.client);
    CHECK(fake_has(0, 0, "\"status\":\"crashed\",\"errors\":1"));
    CHECK(!fake_has(0, 0, "abnormal_mechanism"));

    /* A host that ends a session as abnormal gives no mechanism. */
    fake_begin();
    start(true);
    crashfree_end_session(fake.client, CRASHFREE_SESSION_ABNORMAL, NAN);
    crashfree_flush(fake.client);
    CHECK(fake_has(1, 0, "\"status\":\"abnormal\",\"errors\":0"));
}

TEST(many_restored_sessions_travel_together) {
    char record[] = "5f0c6f0e9b1d4c0f8a5e2b7d3c4f10001101000000000" STARTED;

    fake_begin();
    for (int i = 0; i < CRASHFREE_SESSIONS_MAX; i++) {
        record[30] = (char)('0' + i / 10);
        record[31] = (char)('0' + i % 10);
        CHECK(restore(record));
    }
    crashfree_flush(fake.client);
    CHECK_EQ_INT(fake.count, 1);
    CHECK_EQ_INT(fake_items(0), CRASHFREE_SESSIONS_MAX);
    fake_respond(0, 200);
    CHECK_EQ_INT(crashfree_count(fake.client, CRASHFREE_COUNT_ACCEPTED), CRASHFREE_SESSIONS_MAX);
}

TEST(what_was_saved_can_be_restored_and_saved_again) {
    static const char record[] = SID "1103000000007" A_DAY_AGO "u \xc3\xa9 ";

    fake_begin();
    CHECK(restore(record));
    CHECK_EQ_INT(save(0), strlen(record));
    CHECK_EQ_STR(saved, record);
}

TEST(one_session_is_restored_once) {
    fake_begin();
    CHECK(restore(SID "1102000000001" STARTED));
    CHECK(!restore(SID "1102000000001" STARTED));
    CHECK(!restore(SID "1101000000000" A_DAY_AGO "u1"));
    CHECK_EQ_INT(crashfree_saveable(fake.client), 1);
}

TEST(what_is_no_record_is_not_restored) {
    static const char *const records[] = {
        "",
        "5f0c6f0e",
        SID,
        SID "110200000000100176760720000",
        SID "2102000000001" STARTED "u1",
        SID "0102000000001" STARTED "u1",
        SID "1202000000001" STARTED "u1",
        SID "1122000000001" STARTED "u1",
        SID "1106000000001" STARTED "u1",
        SID "1109000000001" STARTED "u1",
        SID "110-000000001" STARTED "u1",
        SID "1102-00000001" STARTED "u1",
        SID "1102000000.01" STARTED "u1",
        SID "11020000001e1" STARTED "u1",
        SID "1102000000001-01767607200000u1",
        SID "1102000000001            NaNu1",
        SID "1102000000001293289700000000u1",
        SID "1102000000001999999999999999u1",
        SID " 1102000000001" STARTED "u1",
        SID "a102000000001" STARTED "u1",
        SID " 1 1 0 2 1 " STARTED "u1",
        "5F0C6F0E9B1D4C0F8A5E2B7D3C4F1A901102000000001" STARTED "u1",
        "5f0c6f0e9b1d4c0f8a5e2b7d3c4f1a9g1102000000001" STARTED "u1",
        " " SID "1102000000001" STARTED "u1",
        "{\"sid\":\"" SID "\",\"started\":{\"toString\":1},\"status\":\"ok\"}",
    };
    char text[CRASHFREE_RECORD_MAX] = SID "1102000000001" STARTED;
    const size_t length = strlen(text);

    fake_begin();
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        if (restore(records[i]) || restore_killed(records[i])) {
            printf("# taken: %s\n", records[i]);
            CHECK(false);
        }
    }
    memset(text + length, 'u', CRASHFREE_USER_ID_MAX + 1);
    CHECK(!crashfree_restore(fake.client, text, length - 1, false));
    CHECK(!crashfree_restore(fake.client, text, length + CRASHFREE_USER_ID_MAX + 1, false));
    CHECK_EQ_INT(crashfree_saveable(fake.client), 0);
    CHECK(crashfree_restore(fake.client, text, length + CRASHFREE_USER_ID_MAX, false));
}

TEST(a_session_too_old_for_the_server_is_not_restored) {
    fake_begin();
    CHECK(!restore(crashed_at(FAKE_NOW - CRASHFREE_AGE_MAX_MS - 1)));
    CHECK(!restore(crashed_at(0)));
    CHECK_EQ_INT(crashfree_saveable(fake.client), 0);
}

TEST(a_clock_that_was_set_back_loses_no_restored_session) {
    fake_begin();
    CHECK(restore(crashed_at(FAKE_NOW + FAKE_DAY)));
    crashfree_flush(fake.client);
    CHECK(fake_has(0, 0, "\"status\":\"crashed\""));
    CHECK(fake_has(0, 0, "\"started\":\"2026-01-05T10:00:00.000Z\""));
}

TEST(a_restored_session_grows_older_and_is_dropped) {
    fake_begin();
    CHECK(restore(crashed_at(FAKE_NOW - CRASHFREE_AGE_MAX_MS + 2 * FAKE_MINUTE)));
    fake_advance(3 * FAKE_MINUTE);
    crashfree_flush(fake.client);
    CHECK_EQ_INT(fake.count, 0);
    CHECK_EQ_INT(crashfree_count(fake.client, CRASHFREE_COUNT_NETWORK_ERROR), 1);
}

/* ---- forgetting ------------------------------------------------------------------------------ */

TEST(what_was_left_to_a_later_visit_is_forgotten_and_no_loss) {
    fake_begin();
    CHECK(restore(crashed_at(FAKE_NOW)));
    start(false);
    crashfree_forget(fake.client);
    CHECK_EQ_INT(crashfree_saveable(fake.client), 0);
    crashfree_error(fake.client, CRASHFREE_ERROR_UNHANDLED, NAN);
    crashfree_hide(fake.client, true);
    CHECK_EQ_INT(fake.count, 0);
    for (int i = CRASHFREE_COUNT_QUEUE_OVERFLOW; i < CRASHFREE_COUNTERS; i++) {
        CHECK_EQ_INT(crashfree_count(fake.client, (crashfree_counter)i), 0);
    }
}

TEST(an_answer_after_forgetting_changes_nothing_and_consent_starts_no_session) {
    fake_begin();
    start(true);
    crashfree_forget(fake.client);
    fake_respond(0, 200);
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_DENIED);
    crashfree_set_consent(fake.client, CRASHFREE_CONSENT_GRANTED);
    CHECK_EQ_INT(crashfree_count(fake.client, CRASHFREE_COUNT_ACCEPTED), 0);
    CHECK_EQ_INT(crashfree_saveable(fake.client), 0);
    start(true);
    CHECK_EQ_INT(fake.count, 2);
}
