#include "envelope.h"
#include "state.h"
#include "test.h"

#include <cJSON.h>

#define NOW 1767607202000.0
#define STARTED 1767607200000.0
#define SID "5f0c6f0e9b1d4c0f8a5e2b7d3c4f1a90"
#define HEADER                                                                                     \
    "{\"sent_at\":\"2026-01-05T10:00:02.000Z\","                                                   \
    "\"sdk\":{\"name\":\"crashfree\",\"version\":\"" CRASHFREE_VERSION "\"}}\n"

static char text[CRASHFREE_ENVELOPE_MAX + 1];
static cf_envelope envelope;
static size_t before;

/* Leaves room for so many bytes at the end of the envelope. */
static void reset(size_t capacity) {
    before = CRASHFREE_ENVELOPE_MAX - capacity;
    memset(envelope.text, '~', sizeof envelope.text);
    envelope.length = before;
}

static const char *written(void) {
    memcpy(text, envelope.text + before, envelope.length - before);
    text[envelope.length - before] = '\0';
    return text;
}

static cf_session make_session(void) {
    cf_session session = {
        .started = STARTED, .changed = NOW - STARTED, .sampled = true, .update_request = CF_TAKEN};

    memcpy(session.sid, SID, sizeof session.sid);
    return session;
}

static const cf_attributes plain = {"shop@1.4.0", "production", ""};

TEST(writes_the_header) {
    reset(CRASHFREE_ENVELOPE_MAX);
    cf_envelope_begin(&envelope, NOW, "");
    CHECK_EQ_STR(written(), HEADER);
}

TEST(writes_the_dsn_into_the_header_for_a_tunnel) {
    reset(CRASHFREE_ENVELOPE_MAX);
    cf_envelope_begin(&envelope, NOW, "https://k@h/1");
    CHECK_EQ_STR(written(),
                 "{\"sent_at\":\"2026-01-05T10:00:02.000Z\",\"dsn\":\"https://k@h/1\","
                 "\"sdk\":{\"name\":\"crashfree\",\"version\":\"" CRASHFREE_VERSION "\"}}\n");
}

TEST(writes_a_session_that_starts) {
    const cf_session session = make_session();

    reset(CRASHFREE_ENVELOPE_MAX);
    CHECK(cf_envelope_add_session(&envelope, &session, &plain, NOW));
    CHECK_EQ_STR(written(),
                 "{\"type\":\"session\"}\n"
                 "{\"sid\":\"" SID "\",\"init\":true,\"started\":\"2026-01-05T10:00:00.000Z\","
                 "\"timestamp\":\"2026-01-05T10:00:02.000Z\",\"status\":\"ok\",\"errors\":0,"
                 "\"attrs\":{\"release\":\"shop@1.4.0\",\"environment\":\"production\"}}\n");
}

TEST(writes_an_update_of_everything) {
    const cf_attributes attributes = {"shop@1.4.0", "", "Agent/1"};
    cf_session session = make_session();

    session.init_request = CF_TAKEN;
    session.update_request = CF_UNSENT;
    session.errors = 4294967295U;
    session.status = CRASHFREE_SESSION_CRASHED;
    memcpy(session.did, "u1", 3);
    reset(CRASHFREE_ENVELOPE_MAX);
    CHECK(cf_envelope_add_session(&envelope, &session, &attributes, NOW));
    CHECK_EQ_STR(written(), "{\"type\":\"session\"}\n"
                            "{\"sid\":\"" SID "\",\"started\":\"2026-01-05T10:00:00.000Z\","
                            "\"timestamp\":\"2026-01-05T10:00:02.000Z\",\"status\":\"crashed\","
                            "\"errors\":4294967295,\"did\":\"u1\","
                            "\"attrs\":{\"release\":\"shop@1.4.0\",\"user_agent\":\"Agent/1\"}}\n");
}

TEST(names_every_status) {
    static const char *const names[] = {"ok", "exited", "crashed", "unhandled", "abnormal"};

    for (int status = CRASHFREE_SESSION_OK; status <= CRASHFREE_SESSION_ABNORMAL; status++) {
        cf_session session = make_session();
        char expected[40];

        session.status = (crashfree_session_status)status;
        (void)snprintf(expected, sizeof expected, "\"status\":\"%s\"", names[status]);
        CHECK(cf_envelope_session_json(&envelope, text, sizeof text, &session, &plain, NOW) > 0);
        CHECK(strstr(text, expected) != NULL);
    }
}

TEST(the_timestamp_is_never_before_the_start) {
    cf_session session = make_session();

    session.changed = 0;

    CHECK(cf_envelope_session_json(&envelope, text, sizeof text, &session, &plain, STARTED - 1) >
          0);
    CHECK(strstr(text, "\"timestamp\":\"2026-01-05T10:00:00.000Z\"") != NULL);
}

TEST(the_timestamp_is_not_in_the_future_after_the_clock_was_set_back) {
    const cf_session session = make_session();

    CHECK(cf_envelope_session_json(&envelope, text, sizeof text, &session, &plain, NOW - 500) > 0);
    CHECK(strstr(text, "\"timestamp\":\"2026-01-05T10:00:01.500Z\"") != NULL);
}

TEST(writes_a_report_of_losses) {
    const uint32_t lost[] = {1, 0, 4294967295U, 0, 0, 2, 0};

    reset(CRASHFREE_ENVELOPE_MAX);
    CHECK(cf_envelope_add_report(&envelope, lost, NOW));
    CHECK_EQ_STR(written(),
                 "{\"type\":\"client_report\"}\n"
                 "{\"timestamp\":\"2026-01-05T10:00:02.000Z\",\"discarded_events\":["
                 "{\"reason\":\"queue_overflow\",\"category\":\"session\",\"quantity\":1},"
                 "{\"reason\":\"network_error\",\"category\":\"session\",\"quantity\":4294967295},"
                 "{\"reason\":\"before_send\",\"category\":\"session\",\"quantity\":2}]}\n");
}

TEST(names_the_reason_of_each_counter) {
    static const char *const reasons[] = {"queue_overflow", "ratelimit_backoff", "network_error",
                                          "send_error",     "sample_rate",       "before_send",
                                          "backpressure"};
    static const crashfree_counter counters[] = {
        CRASHFREE_COUNT_QUEUE_OVERFLOW, CRASHFREE_COUNT_RATELIMIT_BACKOFF,
        CRASHFREE_COUNT_NETWORK_ERROR,  CRASHFREE_COUNT_SEND_ERROR,
        CRASHFREE_COUNT_SAMPLE_RATE,    CRASHFREE_COUNT_BEFORE_SEND,
        CRASHFREE_COUNT_BACKPRESSURE};

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        uint32_t lost[sizeof reasons / sizeof reasons[0]] = {0};
        char expected[40];

        lost[counters[i] - CRASHFREE_COUNT_QUEUE_OVERFLOW] = 1;
        reset(CRASHFREE_ENVELOPE_MAX);
        CHECK(cf_envelope_add_report(&envelope, lost, NOW));
        (void)snprintf(expected, sizeof expected, "[{\"reason\":\"%s\",", reasons[i]);
        CHECK(strstr(written(), expected) != NULL);
    }
}

TEST(a_part_that_does_not_fit_is_left_out_as_a_whole) {
    const cf_session session = make_session();
    const uint32_t lost[] = {1, 1, 1, 1, 1, 1, 1};
    size_t needed;

    reset(CRASHFREE_ENVELOPE_MAX);
    CHECK(cf_envelope_add_session(&envelope, &session, &plain, NOW));
    needed = envelope.length;
    for (size_t capacity = 0; capacity < needed + 8; capacity++) {
        reset(capacity);
        const bool fits = cf_envelope_add_session(&envelope, &session, &plain, NOW);

        CHECK_EQ_INT(envelope.length - before, fits ? needed : 0);
        CHECK(!fits || capacity >= needed);
        /* cJSON may want a few bytes more than it writes. */
        CHECK(fits || capacity < needed + 8);
    }
    reset(CRASHFREE_ENVELOPE_MAX);
    CHECK(cf_envelope_add_report(&envelope, lost, NOW));
    needed = envelope.length;
    for (size_t capacity = 0; capacity < needed; capacity++) {
        reset(capacity);
        CHECK(!cf_envelope_add_report(&envelope, lost, NOW));
        CHECK_EQ_INT(envelope.length, before);
    }
}

TEST(the_longest_item_fits_with_the_longest_header) {
    char dsn[CRASHFREE_URL_MAX + 1];
    cf_attributes attributes;
    cf_session session = make_session();
    const uint32_t lost[] = {4294967295U, 4294967295U, 4294967295U, 4294967295U,
                             4294967295U, 4294967295U, 4294967295U};

    /* Six bytes for each byte of a user id or agent, two for each of a name. */
    memset(dsn, '1', sizeof dsn);
    memset(attributes.release, '"', sizeof attributes.release);
    memset(attributes.environment, '"', sizeof attributes.environment);
    memset(attributes.user_agent, '\x01', sizeof attributes.user_agent);
    memset(session.did, '\x01', sizeof session.did);
    dsn[CRASHFREE_URL_MAX] = '\0';
    attributes.release[CRASHFREE_RELEASE_MAX] = '\0';
    attributes.environment[CRASHFREE_ENVIRONMENT_MAX] = '\0';
    attributes.user_agent[CRASHFREE_USER_AGENT_MAX] = '\0';
    session.did[CRASHFREE_USER_ID_MAX] = '\0';

    reset(CRASHFREE_ENVELOPE_MAX);
    cf_envelope_begin(&envelope, NOW, dsn);
    CHECK(cf_envelope_add_session(&envelope, &session, &attributes, NOW));
    CHECK(cf_envelope_add_report(&envelope, lost, NOW));
    CHECK(strchr(written(), '\x01') == NULL);
}

TEST(escapes_texts) {
    const cf_attributes attributes = {"a\"b",
                                      "c\xe2\x80\xa8"
                                      "d",
                                      "\n\t\x1f\x7f\\"};
    cf_session session = make_session();

    memcpy(session.did, "\r\n", 3);
    CHECK(cf_envelope_session_json(&envelope, text, sizeof text, &session, &attributes, NOW) > 0);
    CHECK(strstr(text, "\"did\":\"\\r\\n\"") != NULL);
    CHECK(strstr(text, "\"release\":\"a\\\"b\"") != NULL);
    CHECK(strstr(text, "\"environment\":\"c\xe2\x80\xa8"
                       "d\"") != NULL);
    CHECK(strstr(text, "\"user_agent\":\"\\n\\t\\u001f\x7f\\\\\"") != NULL);
    CHECK(strchr(text, '\n') == NULL);
}
