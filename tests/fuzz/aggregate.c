/* The input is calls of an aggregate, with clocks that jump; a count of its own must come out right. */
#include "aggregate.h"
#include "check.h"

#include <math.h>
#include <string.h>

static crashfree_aggregate aggregate;
static double counted;
static double delivered;

static double lost(void) {
    double sessions = 0;

    for (int reason = 0; reason < CRASHFREE_COUNTERS; reason++) {
        sessions += crashfree_aggregate_lost(&aggregate, (crashfree_counter)reason);
    }
    return sessions;
}

/* Nothing is lost without being counted as such. */
static void check_balance(void) {
    REQUIRE(counted == delivered + crashfree_aggregate_waiting(&aggregate) + lost());
    REQUIRE(aggregate.minutes.count <= CF_MINUTES_CAPACITY);
    for (size_t i = 1; i < aggregate.minutes.count; i++) {
        REQUIRE(aggregate.minutes.list[i - 1].started <= aggregate.minutes.list[i].started);
    }
}

static void check_envelope(const char *text, size_t length) {
    REQUIRE(length > 0 && length <= sizeof aggregate.text && text[length - 1] == '\n');
    for (size_t from = 0; from < length;) {
        const char *const end = memchr(text + from, '\n', length - from);

        REQUIRE(end != NULL && check_is_object(text + from, (size_t)(end - (text + from))));
        from = (size_t)(end - text) + 1;
    }
}

static double clock_of(uint8_t kind, uint8_t amount, double before) {
    switch (kind % 8) {
    case 0:
        return NAN;
    case 1:
        return -before;
    case 2:
        return 1e300;
    case 3:
        return before + amount * 86400000.0;
    case 4:
        return before - amount * 3600000.0;
    default:
        return before + amount * 1000.0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    double now = 1767607220000.0;
    double monotonic = 0;
    double sent = 0;

    (void)crashfree_aggregate_init(&aggregate);
    (void)crashfree_aggregate_set_text(&aggregate, CRASHFREE_OPTION_DSN, "https://k@h/1", 13);
    (void)crashfree_aggregate_set_text(&aggregate, CRASHFREE_OPTION_RELEASE, "a@1", 3);
    counted = delivered = 0;
    for (size_t i = 0; i + 3 <= size; i += 3) {
        const uint8_t action = data[i] % 8;
        const uint8_t kind = data[i + 1];
        const uint8_t amount = data[i + 2];
        size_t length = 0;

        if (action < 2) {
            crashfree_aggregate_count(&aggregate, (crashfree_aggregate_end)(kind % 4), amount, now,
                                      monotonic);
            counted += kind % 4 < CRASHFREE_AGGREGATE_ENDS ? amount : 0;
        } else if (action == 2) {
            now = clock_of(kind, amount, now);
        } else if (action == 3) {
            monotonic = clock_of(kind, amount, monotonic);
        } else if (action < 6) {
            const char *const text =
                crashfree_aggregate_send(&aggregate, kind % 2, now, monotonic, &length);

            if (text != NULL) {
                check_envelope(text, length);
                sent = crashfree_aggregate_waiting(&aggregate);
            }
        } else {
            static const int statuses[] = {0, 200, 429, 503};
            const double before = crashfree_aggregate_waiting(&aggregate) + lost();

            if (crashfree_aggregate_respond(&aggregate, statuses[kind % 4], "1:session:k",
                                            amount % 12, amount, monotonic)) {
                /* Too many may be left that were counted meanwhile. */
                REQUIRE(before - crashfree_aggregate_waiting(&aggregate) - lost() == sent);
                delivered += sent;
            }
        }
        check_balance();
        if (!isfinite(now)) {
            now = 1767607220000.0;
        }
        if (!isfinite(monotonic)) {
            monotonic = 0;
        }
    }
    return 0;
}
