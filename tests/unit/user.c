/* Who uses the page. */
#include "page.h"
#include "test.h"

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
