/* What a host discards, and what it may do while it is asked. */
#include "page.h"
#include "test.h"

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

TEST(what_before_send_discards_is_in_doubt_no_more_once_an_answer_is_read) {
    begin_asking();
    start(true);
    fake_respond(0, CRASHFREE_ANSWER_NONE);
    fake_advance(0);
    CHECK_EQ_INT(fake.requests[1].mode, CRASHFREE_FETCH_PROBE);
    fake.refuse = true;
    error(CRASHFREE_ERROR_UNHANDLED);
    crashfree_hide(fake.client, false);
    CHECK_EQ_INT(fake_total("client_report"), 1);
    fake_respond(2, 200);
    fake_respond(1, CRASHFREE_ANSWER_OPAQUE);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_ACCEPTED), 0);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_BEFORE_SEND), 1);
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

static void refuse_no_more(void) {
    fake.refuse = false;
}

TEST(sessions_whose_ids_begin_alike_are_told_apart) {
    begin_asking();
    start(false);
    start(false);
    memcpy(fake.client->sessions[1].sid, fake.client->sessions[0].sid, CRASHFREE_SID_LENGTH - 1);
    fake.refuse = true;
    fake.on_before_send = refuse_no_more;
    crashfree_flush(fake.client);
    CHECK_EQ_INT(fake.asked, 2);
    CHECK_EQ_INT(counter(CRASHFREE_COUNT_BEFORE_SEND), 1);
    CHECK_EQ_INT(fake_total(INIT), 1);
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
