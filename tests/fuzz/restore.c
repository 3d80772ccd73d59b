/*
 * Stored sessions: 24 bytes of numbers, then the text of each, ended by a byte of 0xff. What is
 * taken has to make an envelope that the server takes.
 */
#include "check.h"
#include "client.h"
#include "text.h"

#include <string.h>

#define NOW 1767607200000.0

static double now(void *context) {
    (void)context;
    return NOW;
}

static double monotonic(void *context) {
    (void)context;
    return 1000;
}

static void random_bytes(void *context, unsigned char *bytes, size_t count) {
    (void)context;
    memset(bytes, 7, count);
}

static void wake(void *context, double delay) {
    (void)context;
    REQUIRE(delay >= 0);
}

static void fetch(void *context, uint32_t request, const char *url, size_t url_length,
                  const char *body, size_t length, crashfree_fetch_mode mode) {
    (void)context;
    (void)request;
    (void)url;
    (void)url_length;
    (void)mode;
    REQUIRE(length <= CRASHFREE_ENVELOPE_MAX);
    while (length > 0) {
        const char *const end = memchr(body, '\n', length);

        REQUIRE(end != NULL && check_is_object(body, (size_t)(end - body)));
        length -= (size_t)(end - body) + 1;
        body = end + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char dsn[] = "https://0123456789abcdef0123456789abcdef@h.example/42";
    const crashfree_host host = {NULL, now, monotonic, random_bytes, wake, fetch, NULL};
    crashfree *client = malloc(crashfree_size());
    unsigned taken = 0;

    REQUIRE(client != NULL);
    client = crashfree_init(client, &host);
    REQUIRE(crashfree_set_text(client, CRASHFREE_DSN, dsn, sizeof dsn - 1));
    REQUIRE(crashfree_set_text(client, CRASHFREE_RELEASE, "r", 1));
    while (size > 24) {
        double started;
        int32_t status;
        uint32_t errors;
        const uint8_t *const mark = memchr(data + 24, 0xff, size - 24);
        const size_t length = mark != NULL ? (size_t)(mark - data) - 24 : size - 24;
        char *text = check_copy(data + 24, length);

        memcpy(&started, data, sizeof started);
        memcpy(&status, data + 8, sizeof status);
        memcpy(&errors, data + 12, sizeof errors);
        /* Mostly near the present, or nearly nothing would be taken. */
        started = (data[16] & 3) == 0 ? started : NOW - 1000.0 * (data[17] * 2000 + data[18]);
        status = (data[16] & 12) == 0 ? status : data[19] % 6;
        if (crashfree_restore(client, text, length, started, (crashfree_session_status)status,
                              errors, (data[16] & 16) != 0)) {
            char out[CRASHFREE_ENVELOPE_MAX];
            char sid[CF_SID_LENGTH + 1];
            const cf_session *const session = cf_client_session(client);

            taken++;
            REQUIRE(length >= CF_SID_LENGTH && status >= 0 && status <= CRASHFREE_ABNORMAL);
            REQUIRE(NOW - started <= CRASHFREE_AGE_MAX_MS);
            (void)cf_text_copy(sid, CF_SID_LENGTH, text, CF_SID_LENGTH);
            REQUIRE(strcmp(session->sid, sid) == 0);
            const size_t written = crashfree_session(client, out, sizeof out);

            REQUIRE(written > 0 && check_is_object(out, written));
        }
        REQUIRE(crashfree_saveable(client) <= CRASHFREE_SESSIONS_MAX);
        free(text);
        data += 24 + length + (mark != NULL);
        size -= 24 + length + (mark != NULL);
    }
    REQUIRE((crashfree_saveable(client) == 0) == (taken == 0));
    crashfree_flush(client);
    crashfree_hide(client, true);
    free(client);
    return 0;
}
