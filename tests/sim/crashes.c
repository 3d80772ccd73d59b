/*
 * Lives of pages on which errors happen: storms of them, repeated ones, lost answers, limits, a hook that
 * drops, consent that is withdrawn, ends, and next pages that find what was stored. The model knows each
 * error by itself: it makes one event or none, which is sent, kept, or counted as lost.
 *
 *   crashes [--lives N] [--seed S]
 */
#include "crashfree_events.h"

#include "lives.h"
#include "network.h"
#include "rng.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS 60000.0
#define FIRST_RETRY_MS 2000.0
#define TELLINGS 4096
#define KINDS 90
#define FLIGHTS 1024

typedef enum fortune { WAITS, SENT, DELIVERED, LOST } fortune;

/* An error that a page told of, once: the event of it. */
typedef struct telling {
    uint32_t error;
    fortune fortune;
    unsigned tries;
    double earliest;
    int slot;
    bool tried; /* a request with it came to nothing */
} telling;

/* A request on its way. */
typedef struct flight {
    int telling; /* negative: there is no event in it */
    fate fate;
} flight;

static struct {
    crashfree_events *events;
    rng random;
    double now;
    double faults;
    double sample_rate;
    double per_minute;
    double minute;
    double in_minute;
    double limited_least;
    double limited_most;
    uint32_t told[CRASHFREE_EVENTS_REMEMBERED]; /* the last ones, as in a ring */
    unsigned told_count;
    uint32_t lost[CRASHFREE_EVENT_LOSSES];
    unsigned session;
    unsigned flight_count;
    flight flights[FLIGHTS];
    unsigned long long requests;
    char failure[300];
    unsigned count;
    telling tellings[TELLINGS];
} L;

static union {
    max_align_t align;
    char bytes[4096];
} memory;

__attribute__((format(printf, 1, 2))) static void fail(const char *format, ...) {
    va_list arguments;

    if (L.failure[0] == '\0') {
        va_start(arguments, format);
        (void)vsnprintf(L.failure, sizeof L.failure, format, arguments);
        va_end(arguments);
    }
}

/* ---- the model --------------------------------------------------------------------------------- */

static bool is_kept(const telling *one) {
    return one->fortune == WAITS || one->fortune == SENT;
}

static unsigned kept(void) {
    unsigned count = 0;

    for (unsigned i = 0; i < L.count; i++) {
        count += is_kept(&L.tellings[i]);
    }
    return count;
}

static void lose(telling *one, crashfree_event_loss reason) {
    one->fortune = LOST;
    L.lost[reason]++;
}

/* The one that waits longest, or -1: tellings are in the order of time. */
static int oldest(void) {
    for (unsigned i = 0; i < L.count; i++) {
        if (L.tellings[i].fortune == WAITS) {
            return (int)i;
        }
    }
    return -1;
}

static bool was_told(uint32_t error) {
    for (unsigned i = 0; i < CRASHFREE_EVENTS_REMEMBERED && i < L.told_count; i++) {
        if (L.told[i] == error) {
            return true;
        }
    }
    L.told[L.told_count++ % CRASHFREE_EVENTS_REMEMBERED] = error;
    return false;
}

static bool is_storm(void) {
    if (L.in_minute == 0 || L.now - L.minute >= MINUTE_MS) {
        L.minute = L.now;
        L.in_minute = 0;
    }
    return L.per_minute > 0 && ++L.in_minute > L.per_minute;
}

/* What becomes of an error; negative if it is kept. */
static int verdict(uint32_t error, double draw, crashfree_event_loss *reason) {
    if (was_told(error)) {
        return CRASHFREE_EVENT_VERDICT_REPEATED;
    }
    *reason = draw >= L.sample_rate            ? CRASHFREE_EVENT_SAMPLE_RATE
              : is_storm()                     ? CRASHFREE_EVENT_BACKPRESSURE
              : kept() >= CRASHFREE_EVENTS_MAX ? CRASHFREE_EVENT_QUEUE_OVERFLOW
                                               : CRASHFREE_EVENT_LOSSES;
    return *reason == CRASHFREE_EVENT_LOSSES ? -1 : CRASHFREE_EVENT_VERDICT_LOST;
}

/* ---- what must hold ---------------------------------------------------------------------------- */

static void check_wait(void) {
    const int next = oldest();
    const double wait = crashfree_events_wait(L.events, L.now);

    if (next < 0) {
        if (wait >= 0) {
            fail("nothing waits, and %g ms are to be waited for it", wait);
        }
        return;
    }
    const double earliest = L.tellings[next].earliest;
    const double least = fmax(fmax(earliest, L.limited_least) - L.now, 0);
    const double most = fmax(fmax(earliest, L.limited_most) - L.now, 0);

    if (wait < least || wait > most) {
        fail("an event waits for %g ms, not %g to %g", wait, least, most);
    }
}

/* Losses are told once, and all of them. */
static void check_losses(void) {
    for (int reason = 0; reason < CRASHFREE_EVENT_LOSSES; reason++) {
        const uint32_t lost = crashfree_events_take_losses(L.events, (crashfree_event_loss)reason);

        if (lost != L.lost[reason]) {
            fail("%u are lost for reason %d, not %u", lost, reason, L.lost[reason]);
        }
        L.lost[reason] = 0;
    }
}

/* ---- what happens ------------------------------------------------------------------------------ */

static void add(uint32_t error, double draw, const telling *earlier) {
    crashfree_event_loss reason = CRASHFREE_EVENT_LOSSES;
    const int expected = verdict(error, draw, &reason);
    const int slot = crashfree_events_add(L.events, error, draw, L.now);

    if (expected < 0 ? slot >= CRASHFREE_EVENTS_MAX : slot != expected) {
        fail("an error is answered with %d, not %d", slot, expected);
        return;
    }
    if (expected == CRASHFREE_EVENT_VERDICT_LOST) {
        L.lost[reason]++;
    }
    for (unsigned i = 0; expected < 0 && i < L.count; i++) {
        if (is_kept(&L.tellings[i]) && L.tellings[i].slot == slot) {
            fail("two events are kept in slot %d", slot);
        }
    }
    if (expected < 0 && L.count < TELLINGS) {
        L.tellings[L.count] = earlier != NULL ? *earlier : (telling){.error = error};
        L.tellings[L.count].fortune = WAITS;
        L.tellings[L.count].tries = 0;
        L.tellings[L.count].earliest = 0;
        L.tellings[L.count++].slot = slot;
    }
}

static void happen(void) {
    const uint32_t kind = rng_below(&L.random, rng_chance(&L.random, 0.3) ? 5 : KINDS);
    const uint32_t error = (uint32_t)rng_mix(L.session * KINDS + kind + 1) | 1U;
    const unsigned before = L.count;

    add(error, rng_below(&L.random, 1000) / 1000.0, NULL);
    /* The app's hook may want no event of it. */
    if (L.count > before && rng_chance(&L.random, 0.05)) {
        crashfree_events_drop(L.events, L.tellings[before].slot, CRASHFREE_EVENT_BEFORE_SEND);
        lose(&L.tellings[before], CRASHFREE_EVENT_BEFORE_SEND);
    }
}

/* A request leaves, of the sessions or of its own, and takes an event along if one may leave. */
static bool send(bool last) {
    const int next = oldest();
    /* The page has no later moment than its last. */
    const bool is_due = next >= 0 && (last || L.tellings[next].earliest <= L.now);
    const bool may = is_due && L.limited_most <= L.now;
    const bool may_not = !is_due || L.limited_least > L.now;
    const int slot = crashfree_events_take(L.events, last, L.now);

    if (slot < 0 && last && L.limited_most > L.now && crashfree_events_wait(L.events, L.now) < 0) {
        for (int i = oldest(); i >= 0; i = oldest()) {
            lose(&L.tellings[i], CRASHFREE_EVENT_RATELIMIT_BACKOFF);
        }
    } else if (slot < 0 ? may : may_not || L.tellings[next].slot != slot) {
        fail("slot %d leaves; the oldest event %s", slot, may ? "may" : "may not");
        return false;
    }
    const fate fate = network_fate(&L.random, rng_chance(&L.random, L.faults), 300);
    telling *const one = slot < 0 ? NULL : &L.tellings[next];

    L.requests++;
    L.flights[L.flight_count++] = (flight){.telling = slot < 0 ? -1 : next, .fate = fate};
    if (one != NULL) {
        one->fortune = SENT;
    }
    return one != NULL;
}

static void settle(telling *one, const fate *fate) {
    one->tried = true;
    if (fate->event_delivered) {
        one->fortune = DELIVERED;
        return;
    }
    one->fortune = WAITS;
    /* A limit that is over already holds nothing back. */
    const bool is_limit = fate->status == 429;

    if (is_limit && L.limited_most > L.now) {
        return;
    }
    one->tries++;
    if (fate->status >= 400 && fate->status < 500 && !is_limit) {
        lose(one, CRASHFREE_EVENT_SEND_ERROR);
    } else if (one->tries == CRASHFREE_EVENTS_TRIES) {
        lose(one, fate->status < 100 ? CRASHFREE_EVENT_NETWORK_ERROR : CRASHFREE_EVENT_SEND_ERROR);
    } else {
        one->earliest = L.now + FIRST_RETRY_MS * pow(2, one->tries - 1);
    }
}

static void respond(void) {
    if (L.flight_count == 0) {
        return;
    }
    const unsigned at = rng_below(&L.random, L.flight_count);

    if (!L.flights[at].fate.answered) {
        return;
    }
    const flight flight = L.flights[at];
    const fate *const fate = &flight.fate;
    telling *const one = flight.telling < 0 ? NULL : &L.tellings[flight.telling];
    /* What was thrown away since then has no answer. */
    const bool awaited = one != NULL && one->fortune == SENT;

    L.flights[at] = L.flights[--L.flight_count];
    const bool is_free =
        crashfree_events_respond(L.events, awaited ? one->slot : -1, fate->status, fate->limits,
                                 strlen(fate->limits), fate->retry_after, L.now);

    if (fate->events_least >= 0) {
        L.limited_least = fmax(L.limited_least, L.now + fate->events_least * 1000);
        L.limited_most = fmax(L.limited_most, L.now + fate->events_most * 1000);
    }
    if (awaited) {
        settle(one, fate);
    }
    if (is_free != (awaited && !is_kept(one))) {
        fail("after an answer %d a slot is free: %d", fate->status, is_free);
    }
}

/* Nobody wants any event sent. */
static void withdraw(void) {
    for (unsigned i = 0; i < L.count; i++) {
        if (is_kept(&L.tellings[i])) {
            crashfree_events_drop(L.events, L.tellings[i].slot, CRASHFREE_EVENT_BEFORE_SEND);
            lose(&L.tellings[i], CRASHFREE_EVENT_BEFORE_SEND);
        }
    }
}

static void begin_page(void) {
    L.events = crashfree_events_init(memory.bytes, L.sample_rate, L.per_minute);
    L.in_minute = 0;
    L.limited_least = L.limited_most = 0;
    L.told_count = 0;
    L.flight_count = 0;
    L.session++;
}

/* The page ends. What it sent in vain before is the next one's, if it can store; else all leaves now. */
static void end_page(bool stores) {
    bool waits_for_next = false;
    unsigned left = 0;

    for (unsigned i = 0; i < L.count; i++) {
        waits_for_next |= stores && is_kept(&L.tellings[i]) && L.tellings[i].tried;
    }
    while (!waits_for_next && L.failure[0] == '\0' && send(true)) {
    }
    if (!waits_for_next && oldest() >= 0 && L.failure[0] == '\0') {
        fail("an event waits behind the end of its page");
    }
    check_losses();
    for (unsigned i = 0; i < L.count; i++) {
        if (L.tellings[i].fortune == WAITS) {
            L.tellings[left++] = L.tellings[i];
        }
    }
    L.count = 0;
    begin_page();
    for (unsigned i = 0; i < left; i++) {
        const telling earlier = L.tellings[i];

        add(earlier.error, 0, &earlier);
    }
}

static void step(bool stores) {
    static const double pauses[] = {0, 50, 2000, 4000, MINUTE_MS, 10 * MINUTE_MS};
    const unsigned draw = rng_below(&L.random, 1000);

    if (draw < 420) {
        for (unsigned i = 1 + (draw < 20) * rng_below(&L.random, 60); i > 0; i--) {
            happen();
        }
    } else if (draw < 600) {
        L.now += pauses[rng_below(&L.random, 6)];
    } else if (draw < 780) {
        (void)send(false);
    } else if (draw < 950) {
        respond();
    } else if (draw < 965) {
        check_losses();
    } else if (draw < 970) {
        crashfree_events_lose(L.events, CRASHFREE_EVENT_QUEUE_OVERFLOW, 3);
        L.lost[CRASHFREE_EVENT_QUEUE_OVERFLOW] += 3;
    } else if (draw < 975) {
        withdraw();
    } else if (draw < 990) {
        L.session++;
    } else {
        end_page(stores);
    }
    check_wait();
}

static unsigned long long all_requests;

static const char *live(uint64_t seed) {
    static const double faults[] = {0, 0, 0.1, 0.5, 1};
    static const double rates[] = {1, 1, 1, 0.5, 0};
    static const double limits[] = {CRASHFREE_EVENTS_PER_MINUTE, CRASHFREE_EVENTS_PER_MINUTE, 0, 3};

    memset(&L, 0, offsetof(__typeof__(L), tellings));
    L.random.state = rng_mix(seed);
    L.now = rng_below(&L.random, 100000);
    L.faults = faults[rng_below(&L.random, 5)];
    L.sample_rate = rates[rng_below(&L.random, 5)];
    L.per_minute = limits[rng_below(&L.random, 4)];
    const bool stores = rng_chance(&L.random, 0.5);

    begin_page();
    for (unsigned i = 5 + rng_below(&L.random, 200); i > 0 && L.failure[0] == '\0'; i--) {
        step(stores);
    }
    if (L.failure[0] == '\0') {
        end_page(false);
    }
    all_requests += L.requests;
    return L.failure[0] != '\0' ? L.failure : NULL;
}

int main(int argc, char **argv) {
    const lives asked = lives_asked(argc, argv, 50000);

    if (crashfree_events_size() > sizeof memory) {
        printf("FAILED: bounds of the simulator: events have %zu bytes\n", crashfree_events_size());
        return EXIT_FAILURE;
    }
    if (!lives_play(&asked, live)) {
        return EXIT_FAILURE;
    }
    printf("%llu lives of pages with errors of base seed %llu: %llu requests\n", asked.count,
           asked.seed, all_requests);
    return EXIT_SUCCESS;
}
