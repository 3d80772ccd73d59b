/*
 * The boundary of the events' module with a host that gives nonsense: clocks that are none, slots that
 * never were, headers longer than its memory. Each error makes at most one event, and each
 * event ends once: delivered, lost with a reason, or waiting still.
 */
#define export_name(name) unused
/* The C library has functions of these names. */
#define init module_init
#define wait module_wait
#define drop module_drop
#include "../../src/wasm/events.c"

#include "check.h"

#include <math.h>
#include <string.h>

static const uint8_t *input;
static size_t input_size;

static uint8_t next(void) {
    return check_next(&input, &input_size);
}

static double any_double(double sane) {
    static const double odd[] = {NAN, INFINITY, -INFINITY, -1,
                                 0,   1e300,    -1e300,    9007199254740993.0};
    const uint8_t byte = next();

    return byte < 200 ? sane + byte * 1000.0 : odd[byte % (sizeof odd / sizeof odd[0])];
}

static unsigned alive(void) {
    unsigned events = 0;

    for (int slot = 0; slot < CRASHFREE_EVENTS_MAX; slot++) {
        events += the_events.events[slot].state != CF_EVENT_FREE;
    }
    return events;
}

/* What the host fetches of its losses. */
static uint32_t fetch_losses(void) {
    uint32_t lost = 0;

    for (int reason = 0; reason < CRASHFREE_EVENT_LOSSES; reason++) {
        lost += losses(reason);
        REQUIRE(losses(reason) == 0);
    }
    REQUIRE(losses(-1) == 0 && losses(CRASHFREE_EVENT_LOSSES) == 0);
    return lost;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint32_t fresh = 0;
    uint32_t delivered = 0;
    uint32_t lost = 0;
    double now = 1000;

    input = data;
    input_size = size;
    char *const limits = init(any_double(0) / 100000, next() % 40);

    while (input_size > 0) {
        const unsigned before = alive();

        switch (next() % 7) {
        case 0:
        case 1: {
            const uint32_t error = next() % 128 + 1;
            const int slot = add(error, next() / 256.0, now);
            const bool kept = slot < CRASHFREE_EVENTS_MAX;

            REQUIRE(slot >= 0 && (kept || slot == CRASHFREE_EVENT_VERDICT_LOST ||
                                  slot == CRASHFREE_EVENT_VERDICT_REPEATED));
            REQUIRE(alive() == before + kept);
            fresh += slot != CRASHFREE_EVENT_VERDICT_REPEATED;
            /* At once again it is known. */
            REQUIRE(add(error, 0, now) == CRASHFREE_EVENT_VERDICT_REPEATED);
            break;
        }
        case 2:
            drop(next() % 16 - 3, next() % 12 - 2);
            break;
        case 3: {
            const int slot = take(next() % 8 == 0, now);

            REQUIRE(slot >= -1 && slot < CRASHFREE_EVENTS_MAX);
            REQUIRE(slot < 0 || the_events.events[slot].state == CF_EVENT_SENT);
            break;
        }
        case 4: {
            static const int statuses[] = {0, 200, 429, 503, 413, -5};
            static const char *const texts[] = {"", "60:error:key", "1::", "5:session:key"};
            const char *const text = texts[next() % 4];
            const int status = statuses[next() % 6];
            const uint8_t length = next();
            const int slot = next() % (CRASHFREE_EVENTS_MAX + 4) - 2;

            memset(limits, ',', sizeof the_limits);
            memcpy(limits, text, strlen(text));
            const uint32_t lost_before = fetch_losses();
            const bool is_free = respond(slot, status, length < 200 ? strlen(text) : length * 40U,
                                         any_double(-1), now);
            const uint32_t lost_now = fetch_losses();

            lost += lost_before + lost_now;
            REQUIRE(alive() == before - is_free);
            REQUIRE(!is_free || the_events.events[slot].state == CF_EVENT_FREE);
            REQUIRE(lost_now <= is_free);
            delivered += before - alive() - lost_now;
            break;
        }
        case 5: {
            const int reason = next() % 12 - 2;
            const uint8_t count = next();

            lose(reason, count);
            fresh += reason >= 0 && reason < CRASHFREE_EVENT_LOSSES ? count : 0;
            break;
        }
        default:
            now = any_double(now);
            REQUIRE(!(wait(1000) < -1));
        }
    }
    lost += fetch_losses();
    REQUIRE(fresh == delivered + lost + alive());
    return 0;
}
