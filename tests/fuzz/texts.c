/* Options and user ids: 0xff separates release, environment, user agent, tunnel and user id. */
#include "check.h"
#include "crashfree.h"

#include <math.h>
#include <string.h>

static double zero(void *context) {
    (void)context;
    return 0;
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
    unsigned *const lines = context;

    (void)mode;
    REQUIRE(request != 0 && url_length > 0 && url_length <= CRASHFREE_URL_MAX + 100);
    REQUIRE(memchr(url, '\0', url_length) == NULL && length <= CRASHFREE_ENVELOPE_MAX);
    while (length > 0) {
        const char *const end = memchr(body, '\n', length);

        REQUIRE(end != NULL && check_is_object(body, (size_t)(end - body)));
        length -= (size_t)(end - body) + 1;
        body = end + 1;
        ++*lines;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char dsn[] = "https://0123456789abcdef0123456789abcdef@h.example/42";
    static const crashfree_option options[] = {
        CRASHFREE_OPTION_RELEASE, CRASHFREE_OPTION_ENVIRONMENT, CRASHFREE_OPTION_USER_AGENT,
        CRASHFREE_OPTION_TUNNEL};
    static void *memory;
    unsigned lines = 0;
    const crashfree_host host = {&lines, zero, zero, random_bytes, wake, fetch, NULL};
    crashfree *client = crashfree_init(check_memory(&memory, crashfree_size()), &host);

    REQUIRE(crashfree_set_text(client, CRASHFREE_OPTION_DSN, dsn, sizeof dsn - 1));
    for (size_t part = 0; part <= sizeof options / sizeof options[0] && size > 0; part++) {
        const uint8_t *const mark = memchr(data, 0xff, size);
        const size_t length = mark != NULL ? (size_t)(mark - data) : size;
        char *text = check_copy(data, length);

        if (part < sizeof options / sizeof options[0]) {
            (void)crashfree_set_text(client, options[part], text, length);
        } else {
            crashfree_set_user(client, text, length, NAN);
        }
        free(text);
        data += length + (mark != NULL);
        size -= length + (mark != NULL);
    }
    const bool active = crashfree_get_status(client) == CRASHFREE_STATUS_ACTIVE;

    crashfree_start_session(client, false, NAN);
    crashfree_error(client, CRASHFREE_ERROR_UNHANDLED, NAN);
    REQUIRE(lines == (active ? 3 : 0));
    return 0;
}
