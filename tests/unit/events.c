#include "events.h"
#include "test.h"

#define NOW 5000.0
#define LIMIT "60:error:organization"

static crashfree_events events;

static void reset(void) {
    (void)crashfree_events_init(&events, 1, CRASHFREE_EVENTS_PER_MINUTE);
}

/* Another error each time. */
static int add(uint32_t error) {
    return crashfree_events_add(&events, error, 0.5, NOW);
}

static bool respond(int slot, int status, const char *limits, double now) {
    return crashfree_events_respond(&events, slot, status, limits, strlen(limits), -1, now);
}

TEST(an_event_travels_with_the_next_request_and_is_done_when_it_is_taken) {
    reset();
    CHECK_EQ_INT(crashfree_events_wait(&events, NOW), -1);
    CHECK_EQ_INT(add(1), 0);
    CHECK_EQ_INT(add(2), 1);
    CHECK_EQ_INT(crashfree_events_wait(&events, NOW), 0);
    CHECK_EQ_INT(crashfree_events_take(&events, false, NOW), 0);
    CHECK_EQ_INT(crashfree_events_take(&events, false, NOW), 1);
    CHECK_EQ_INT(crashfree_events_take(&events, false, NOW), -1);
    CHECK(respond(1, 200, "", NOW));
    CHECK(!respond(1, 200, "", NOW));
    CHECK(respond(0, 200, "", NOW));
    CHECK(!respond(CRASHFREE_EVENTS_MAX, 200, "", NOW));
    CHECK_EQ_INT(crashfree_events_wait(&events, NOW), -1);
}

TEST(an_error_is_told_once_in_a_session) {
    reset();
    CHECK_EQ_INT(add(1), 0);
    CHECK_EQ_INT(add(1), CRASHFREE_EVENT_VERDICT_REPEATED);
    CHECK_EQ_INT(add(2), 1);
    for (int reason = 0; reason < CRASHFREE_EVENT_LOSSES; reason++) {
        CHECK_EQ_INT(crashfree_events_take_losses(&events, (crashfree_event_loss)reason), 0);
    }
}

TEST(what_is_not_kept_is_counted_once) {
    reset();
    events.sample_rate = 0.5;
    CHECK_EQ_INT(add(1), CRASHFREE_EVENT_VERDICT_LOST);
    CHECK_EQ_INT(crashfree_events_take_losses(&events, CRASHFREE_EVENT_SAMPLE_RATE), 1);
    CHECK_EQ_INT(crashfree_events_take_losses(&events, CRASHFREE_EVENT_SAMPLE_RATE), 0);

    reset();
    for (int slot = 0; slot < CRASHFREE_EVENTS_MAX; slot++) {
        CHECK_EQ_INT(add((uint32_t)slot + 1), slot);
    }
    CHECK_EQ_INT(add(99), CRASHFREE_EVENT_VERDICT_LOST);
    CHECK_EQ_INT(crashfree_events_take_losses(&events, CRASHFREE_EVENT_QUEUE_OVERFLOW), 1);
    crashfree_events_drop(&events, 3, CRASHFREE_EVENT_BEFORE_SEND);
    crashfree_events_drop(&events, 3, CRASHFREE_EVENT_BEFORE_SEND);
    crashfree_events_drop(&events, CRASHFREE_EVENTS_MAX, CRASHFREE_EVENT_BEFORE_SEND);
    CHECK_EQ_INT(crashfree_events_take_losses(&events, CRASHFREE_EVENT_BEFORE_SEND), 1);
    CHECK_EQ_INT(add(100), 3);

    crashfree_events_lose(&events, CRASHFREE_EVENT_QUEUE_OVERFLOW, 7);
    crashfree_events_lose(&events, (crashfree_event_loss)CRASHFREE_EVENT_LOSSES, 7);
    CHECK_EQ_INT(crashfree_events_take_losses(&events, CRASHFREE_EVENT_QUEUE_OVERFLOW), 7);
}

TEST(a_storm_is_cut_by_the_minute) {
    (void)crashfree_events_init(&events, 1, 2);
    CHECK_EQ_INT(add(1), 0);
    CHECK_EQ_INT(add(2), 1);
    CHECK_EQ_INT(add(3), CRASHFREE_EVENT_VERDICT_LOST);
    CHECK_EQ_INT(crashfree_events_take_losses(&events, CRASHFREE_EVENT_BACKPRESSURE), 1);
    CHECK_EQ_INT(crashfree_events_add(&events, 4, 0.5, NOW + 60000), 2);
}

TEST(a_request_in_vain_is_tried_again_later_and_given_up_in_the_end) {
    double now = NOW;

    reset();
    CHECK_EQ_INT(add(1), 0);
    for (int i = 1; i < CRASHFREE_EVENTS_TRIES; i++) {
        CHECK_EQ_INT(crashfree_events_take(&events, false, now), 0);
        CHECK(!respond(0, 0, "", now));
        const double wait = crashfree_events_wait(&events, now);
        CHECK_EQ_INT(wait, 2000 << (i - 1));
        CHECK_EQ_INT(crashfree_events_take(&events, false, now), -1);
        now += wait;
    }
    CHECK_EQ_INT(crashfree_events_take(&events, false, now), 0);
    CHECK(respond(0, 0, "", now));
    CHECK_EQ_INT(crashfree_events_take_losses(&events, CRASHFREE_EVENT_NETWORK_ERROR), 1);

    CHECK_EQ_INT(add(2), 0);
    for (int i = 0; i < CRASHFREE_EVENTS_TRIES; i++) {
        now += 60000;
        CHECK_EQ_INT(crashfree_events_take(&events, false, now), 0);
        (void)respond(0, 503, "", now);
    }
    CHECK_EQ_INT(crashfree_events_take_losses(&events, CRASHFREE_EVENT_SEND_ERROR), 1);
}

TEST(an_answer_that_refuses_an_event_is_final) {
    static const int refusals[] = {400, 403, 413, 499};

    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        reset();
        CHECK_EQ_INT(add(1), 0);
        CHECK_EQ_INT(crashfree_events_take(&events, false, NOW), 0);
        CHECK(respond(0, refusals[i], "", NOW));
        CHECK_EQ_INT(crashfree_events_wait(&events, NOW), -1);
        CHECK_EQ_INT(crashfree_events_take_losses(&events, CRASHFREE_EVENT_SEND_ERROR), 1);
    }
}

TEST(only_limits_of_errors_hold_events_back) {
    reset();
    CHECK_EQ_INT(add(1), 0);
    CHECK_EQ_INT(crashfree_events_take(&events, false, NOW), 0);
    CHECK(respond(0, 429, "60:session:organization", NOW));

    CHECK_EQ_INT(add(2), 0);
    CHECK_EQ_INT(crashfree_events_take(&events, false, NOW), 0);
    CHECK(!respond(0, 429, LIMIT, NOW));
    CHECK_EQ_INT(crashfree_events_wait(&events, NOW), 60000);
    CHECK_EQ_INT(crashfree_events_take(&events, false, NOW + 59999), -1);
    CHECK_EQ_INT(crashfree_events_take(&events, false, NOW + 60000), 0);
}

TEST(a_limit_of_no_time_makes_no_storm) {
    reset();
    CHECK_EQ_INT(add(1), 0);
    for (int i = 1; i < CRASHFREE_EVENTS_TRIES; i++) {
        CHECK_EQ_INT(crashfree_events_take(&events, true, NOW), 0);
        CHECK(!respond(0, 429, "0:error:organization", NOW));
        CHECK_EQ_INT(crashfree_events_wait(&events, NOW), 2000 << (i - 1));
    }
    CHECK_EQ_INT(crashfree_events_take(&events, true, NOW), 0);
    CHECK(respond(0, 429, "0:error:organization", NOW));
    CHECK_EQ_INT(crashfree_events_take_losses(&events, CRASHFREE_EVENT_SEND_ERROR), 1);
}

TEST(the_end_of_the_page_is_the_last_chance) {
    reset();
    CHECK_EQ_INT(add(1), 0);
    CHECK_EQ_INT(crashfree_events_take(&events, false, NOW), 0);
    CHECK(!respond(0, 0, "", NOW));
    CHECK_EQ_INT(crashfree_events_take(&events, true, NOW), 0);

    CHECK_EQ_INT(add(2), 1);
    (void)respond(-1, 200, LIMIT, NOW);
    CHECK_EQ_INT(crashfree_events_take(&events, true, NOW), -1);
    CHECK_EQ_INT(crashfree_events_take_losses(&events, CRASHFREE_EVENT_RATELIMIT_BACKOFF), 1);
    CHECK_EQ_INT(crashfree_events_wait(&events, NOW), -1);
}
