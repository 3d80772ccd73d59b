/* Response headers: byte 0 is the status, byte 1 Retry-After, the rest X-Sentry-Rate-Limits. */
#include "check.h"
#include "ratelimit.h"

#define DAY_MS 86400000.0

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int statuses[] = {0, 200, 400, 429, 503};
    const double now = 1000;
    cf_ratelimit limits = {now + 5000, now + 7000};

    if (size < 2) {
        return 0;
    }
    char *header = check_copy(data + 2, size - 2);
    const double retry_after = (double)data[1] * data[1] * data[1] - 1;
    const int status = statuses[data[0] % (sizeof statuses / sizeof statuses[0])];
    const bool limited =
        cf_ratelimit_update(&limits, "session", now, status, header, size - 2, retry_after);

    free(header);
    /* A limit never gets shorter, and none is longer than a day. */
    REQUIRE(limits.items >= now + 5000 && limits.items <= now + DAY_MS);
    REQUIRE(limits.reports >= now + 7000 && limits.reports <= now + DAY_MS);
    REQUIRE(limited || limits.items == now + 5000);
    REQUIRE(limited || size > 2 || status != 429);
    return 0;
}
