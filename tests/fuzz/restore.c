/*
 * Stored records, ended by bytes of 0xff; the byte before each says how the page ended, and how much
 * of a record that is well-formed it begins with. What is taken has to make an envelope that the
 * server takes, and a record that reads the same.
 */
#include "check.h"
#include "queue.h"
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

/* The session that was taken is the last one, and what is written of it reads the same. */
static void check_taken(crashfree *client, const char *record) {
    const cf_session *const session = cf_queue_present(client);
    char out[CRASHFREE_ENVELOPE_MAX];
    char saved[CRASHFREE_RECORD_MAX];
    const size_t written = crashfree_session(client, out, sizeof out);
    const size_t length =
        crashfree_save(client, crashfree_saveable(client) - 1, saved, sizeof saved);

    REQUIRE(written > 0 && check_is_object(out, written));
    REQUIRE(memcmp(session->sid, record, CRASHFREE_SID_LENGTH) == 0);
    REQUIRE(session->status > CRASHFREE_SESSION_OK &&
            session->status <= CRASHFREE_SESSION_ABNORMAL);
    REQUIRE(client->now - session->started <= CRASHFREE_AGE_MAX_MS);
    REQUIRE(length > 0 && length < sizeof saved && saved[CRASHFREE_RECORD_DUE] == '1');

    /* Another client takes it, too, and writes the same. */
    static void *memory;
    crashfree *const other = crashfree_init(check_memory(&memory, crashfree_size()), &client->host);
    char again[CRASHFREE_RECORD_MAX];

    REQUIRE(crashfree_restore(other, saved, length, false));
    REQUIRE(crashfree_save(other, 0, again, sizeof again) == length);
    REQUIRE(memcmp(saved, again, length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char dsn[] = "https://0123456789abcdef0123456789abcdef@h.example/42";
    const crashfree_host host = {NULL, now, monotonic, random_bytes, wake, fetch, NULL};
    static void *memory;
    crashfree *const client = crashfree_init(check_memory(&memory, crashfree_size()), &host);
    unsigned taken = 0;

    REQUIRE(crashfree_set_text(client, CRASHFREE_OPTION_DSN, dsn, sizeof dsn - 1));
    REQUIRE(crashfree_set_text(client, CRASHFREE_OPTION_RELEASE, "r", 1));
    while (size > 1) {
        static const char sample[] = "5f0c6f0e9b1d4c0f8a5e2b7d3c4f1a90"
                                     "1102000000001002045836000000u1";
        const uint8_t how = data[0];
        const uint8_t *const mark = memchr(data + 1, 0xff, size - 1);
        const size_t length = mark != NULL ? (size_t)(mark - data) - 1 : size - 1;
        const size_t given = (how & 2) != 0 ? sizeof sample - 1 - (how >> 2) % 61 : 0;
        char *record = malloc(given + length + 1);

        REQUIRE(record != NULL);
        memcpy(record, sample, given);
        memcpy(record + given, data + 1, length);
        record = realloc(record, given + length > 0 ? given + length : 1);
        REQUIRE(record != NULL);
        if (crashfree_restore(client, record, given + length, (how & 1) != 0)) {
            taken++;
            check_taken(client, record);
        }
        REQUIRE(crashfree_saveable(client) <= CRASHFREE_SESSIONS_MAX);
        free(record);
        data += 1 + length + (mark != NULL);
        size -= 1 + length + (mark != NULL);
    }
    REQUIRE((crashfree_saveable(client) == 0) == (taken == 0));
    crashfree_flush(client);
    crashfree_hide(client, true);
    return 0;
}
