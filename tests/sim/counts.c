/*
 * Lives of a server that counts its requests: random minutes, ends, pauses, limits, losses and jumps of
 * the clock, against a model that knows each group of requests by itself and nothing of buckets.
 *
 *   counts [--lives N] [--seed S]
 */
#include "crashfree_aggregate.h"

#include "json.h"
#include "lives.h"
#include "network.h"
#include "rng.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RELEASE "shop@1.4.0"
#define MINUTE_MS 60000.0
#define DAY_MS 86400000.0
#define START 1767607200000.0 /* 5 January 2026 */
/* What the server takes, on its way, too; and a minute may begin a minute before its requests. */
#define SERVER_TAKES_MS (5 * DAY_MS - MINUTE_MS)
#define KEPT_MS (SERVER_TAKES_MS - MINUTE_MS)
#define GROUPS 16384
#define REASONS 7
/* Minutes beyond those that are kept for which there is room while an answer is awaited. */
#define ROOM 8

typedef enum fortune { WAITS, SENT, DELIVERED, LOST } fortune;

/* Requests that ended in the same way at the same moment. */
typedef struct group {
    double minute;
    double moment; /* on the clock that does not jump */
    unsigned end;
    double requests;
    unsigned refusals;
    fortune fortune;
} group;

static struct {
    crashfree_aggregate *aggregate;
    rng random;
    double now;
    double monotonic;
    bool jumped; /* the wall clock, so that minutes are what the core makes of them */
    bool asked;
    double limited_least;
    double limited_most;
    double reports_least;
    double reports_most;
    double lost[REASONS]; /* in the order of crashfree_counter */
    double reported[REASONS];
    unsigned long long requests;
    unsigned long long envelopes;
    char failure[300];
    unsigned count;
    group groups[GROUPS];
} L;

static union {
    max_align_t align;
    char bytes[1 << 20];
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

static void lose(group *lost, crashfree_counter reason) {
    lost->fortune = LOST;
    L.lost[reason - CRASHFREE_COUNT_QUEUE_OVERFLOW] += lost->requests;
}

static bool is_alive(const group *one) {
    return one->fortune == WAITS || one->fortune == SENT;
}

/* How many minutes are kept; one of which a part is on its way counts twice. Groups are in the order
 * of time. */
static unsigned kept(double *oldest) {
    double last[2] = {-1, -1};
    unsigned minutes = 0;

    *oldest = INFINITY;
    for (unsigned i = 0; i < L.count; i++) {
        const group *one = &L.groups[i];

        if (is_alive(one)) {
            minutes += one->minute != last[one->fortune];
            last[one->fortune] = one->minute;
            *oldest = fmin(*oldest, one->minute);
        }
    }
    return minutes;
}

static void make_room(void) {
    double oldest = 0;

    while (!L.asked && L.count > CRASHFREE_AGGREGATE_MINUTES_MAX &&
           kept(&oldest) > CRASHFREE_AGGREGATE_MINUTES_MAX) {
        for (unsigned i = 0; i < L.count; i++) {
            if (is_alive(&L.groups[i]) && L.groups[i].minute == oldest) {
                lose(&L.groups[i], CRASHFREE_COUNT_QUEUE_OVERFLOW);
            }
        }
    }
}

/* Whether there is no room for one more minute until an answer comes. */
static bool is_full(double minute) {
    double oldest = 0;

    for (unsigned i = 0; i < L.count; i++) {
        if (L.groups[i].fortune == WAITS && L.groups[i].minute == minute) {
            return false;
        }
    }
    return L.count >= CRASHFREE_AGGREGATE_MINUTES_MAX + ROOM &&
           kept(&oldest) >= CRASHFREE_AGGREGATE_MINUTES_MAX + ROOM;
}

/* What was delivered or lost needs no look any more. */
static void forget(void) {
    unsigned left = 0;

    for (unsigned i = 0; i < L.count; i++) {
        if (is_alive(&L.groups[i])) {
            L.groups[left++] = L.groups[i];
        }
    }
    L.count = left;
}

/* What comes back joins what was counted in its minute since, and is refused with it. */
static void rejoin(void) {
    for (unsigned i = 0; i < L.count; i++) {
        for (unsigned j = 0; j < L.count && L.groups[i].refusals > 0; j++) {
            if (L.groups[i].fortune == WAITS && L.groups[j].fortune == WAITS &&
                L.groups[i].minute == L.groups[j].minute) {
                L.groups[j].refusals = (unsigned)fmax(L.groups[i].refusals, L.groups[j].refusals);
            }
        }
    }
}

/* Requests of a minute grow old together, with the first of them. */
static bool is_too_old(const group *one) {
    double first = one->moment;

    for (unsigned i = 0; i < L.count; i++) {
        if (L.groups[i].fortune == WAITS && L.groups[i].minute == one->minute) {
            first = fmin(first, L.groups[i].moment);
        }
    }
    return L.monotonic - first > KEPT_MS;
}

static void expire(void) {
    bool old[GROUPS];

    for (unsigned i = 0; i < L.count; i++) {
        old[i] = L.groups[i].fortune == WAITS &&
                 L.monotonic - L.groups[i].moment > KEPT_MS - MINUTE_MS && is_too_old(&L.groups[i]);
    }
    for (unsigned i = 0; i < L.count; i++) {
        if (old[i]) {
            lose(&L.groups[i], CRASHFREE_COUNT_NETWORK_ERROR);
        }
    }
}

static double sum(fortune fortune, int end) {
    double requests = 0;

    for (unsigned i = 0; i < L.count; i++) {
        if (L.groups[i].fortune == fortune && (end < 0 || (int)L.groups[i].end == end)) {
            requests += L.groups[i].requests;
        }
    }
    return requests;
}

/* ---- what the core says ------------------------------------------------------------------------ */

/* With a clock that jumped, how long something waits is what the core makes of it: the model learns of
 * losses from the core then, and all that is left to check is that nothing goes missing. */
static void check_sums(const char *when) {
    const double waiting = crashfree_aggregate_waiting(L.aggregate);
    double lost = 0;
    double known = 0;

    for (int i = 0; i < REASONS; i++) {
        const double is = crashfree_aggregate_lost(
            L.aggregate, (crashfree_counter)(CRASHFREE_COUNT_QUEUE_OVERFLOW + i));

        lost += is;
        known += L.lost[i];
        if (!L.jumped && is != L.lost[i]) {
            fail("%s: loss %d is %g, not %g", when, i, is, L.lost[i]);
        }
    }
    if (!L.jumped && waiting != sum(WAITS, -1) + sum(SENT, -1)) {
        fail("%s: %g wait, not %g", when, waiting, sum(WAITS, -1) + sum(SENT, -1));
    }
    if (waiting + lost != sum(WAITS, -1) + sum(SENT, -1) + known) {
        fail("%s: %g wait and %g are lost of %g", when, waiting, lost,
             sum(WAITS, -1) + sum(SENT, -1) + known);
    }
}

static double days_of(unsigned year, unsigned month, unsigned day) {
    static const unsigned before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    double days = before[month - 1] + day - 1;

    for (unsigned y = 1970; y < year; y++) {
        days += y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 366 : 365;
    }
    return days + (month > 2 && year % 4 == 0);
}

static double time_of(const char *text) {
    unsigned part[6] = {0};

    /* The widths keep each number small enough for its type. NOLINTNEXTLINE(cert-err34-c) */
    if (strlen(text) != 24 || sscanf(text, "%4u-%2u-%2uT%2u:%2u:%2u", &part[0], &part[1], &part[2],
                                     &part[3], &part[4], &part[5]) != 6) {
        fail("a time is \"%s\"", text);
        return 0;
    }
    return days_of(part[0], part[1], part[2]) * DAY_MS + part[3] * 3600000.0 + part[4] * MINUTE_MS +
           part[5] * 1000.0;
}

static void check_minute(double started, const double ended[3]) {
    if (fmod(started, MINUTE_MS) != 0) {
        fail("a minute begins at %g", started);
    }
    if (started > L.now || L.now - started > SERVER_TAKES_MS) {
        fail("a minute is %g s old", (L.now - started) / 1000);
    }
    for (unsigned end = 0; end < 3 && !L.jumped; end++) {
        double expected = 0;

        for (unsigned i = 0; i < L.count; i++) {
            if (L.groups[i].fortune == WAITS && L.groups[i].minute == started &&
                L.groups[i].end == end) {
                expected += L.groups[i].requests;
            }
        }
        if (ended[end] != expected) {
            fail("%g of a minute ended as %u, not %g", ended[end], end, expected);
        }
    }
}

/* Reads an item of counts and adds them up. */
static void read_counts(json *reader, double total[3], double *before) {
    static const char *const names[] = {"exited", "errored", "crashed"};
    char key[32];
    char text[64];
    unsigned minutes = 0;
    bool has_release = false;

    for (bool first = true; json_member(reader, first, key, sizeof key); first = false) {
        if (strcmp(key, "attrs") == 0) {
            while (json_member(reader, !has_release, key, sizeof key)) {
                has_release = json_text(reader, text, sizeof text) && strcmp(text, RELEASE) == 0;
            }
            continue;
        }
        for (bool begin = true; json_element(reader, begin); begin = false) {
            double ended[3] = {0};
            double started = 0;
            bool whole = false;

            for (bool start = true; json_member(reader, start, key, sizeof key); start = false) {
                if (strcmp(key, "started") == 0) {
                    (void)json_text(reader, text, sizeof text);
                    started = time_of(text);
                }
                for (int end = 0; end < 3; end++) {
                    if (strcmp(key, names[end]) == 0) {
                        (void)json_number(reader, &ended[end], &whole);
                        total[end] += ended[end];
                    }
                }
            }
            if (started <= *before) {
                fail("minutes come in their order and once");
            }
            *before = started;
            check_minute(started, ended);
            minutes++;
        }
    }
    if (!json_done(reader) || !has_release || minutes == 0 ||
        minutes > CRASHFREE_AGGREGATE_ITEM_MAX) {
        fail("an item has %u minutes%s", minutes, has_release ? "" : " and no release");
    }
}

static void read_report(json *reader) {
    static const char *const reasons[REASONS] = {
        "queue_overflow", "ratelimit_backoff", "network_error", "send_error",
        "sample_rate",    "before_send",       "backpressure"};
    char key[32];
    char text[64];

    for (bool first = true; json_member(reader, first, key, sizeof key); first = false) {
        if (strcmp(key, "timestamp") == 0) {
            (void)json_text(reader, text, sizeof text);
            continue;
        }
        for (bool begin = true; json_element(reader, begin); begin = false) {
            double quantity = 0;
            bool whole = false;
            int reason = -1;

            for (bool start = true; json_member(reader, start, key, sizeof key); start = false) {
                if (strcmp(key, "quantity") == 0) {
                    (void)json_number(reader, &quantity, &whole);
                } else if (json_text(reader, text, sizeof text) && strcmp(key, "reason") == 0) {
                    for (reason = REASONS - 1; reason >= 0 && strcmp(text, reasons[reason]) != 0;
                         reason--) {
                    }
                }
            }
            if (reason < 0 || quantity < 1) {
                fail("a report has an entry \"%s\"", text);
                return;
            }
            L.reported[reason] += quantity;
        }
    }
}

static void read_envelope(const char *text, size_t length, bool last) {
    const char *const end = text + length;
    double total[3] = {0};
    double before = -1;
    bool report = false;

    for (int line = 0; text < end; line++) {
        const char *const stop = memchr(text, '\n', (size_t)(end - text));
        char type[32] = "";
        char key[32];

        if (stop == NULL) {
            fail("an envelope ends within a line");
            return;
        }
        json reader = json_open(text, (size_t)(stop - text));

        if (line % 2 == 1) {
            (void)json_member(&reader, true, key, sizeof key);
            (void)json_text(&reader, type, sizeof type);
            report = strcmp(type, "client_report") == 0;
        } else if (line > 0 && report) {
            read_report(&reader);
        } else if (line > 0) {
            read_counts(&reader, total, &before);
        }
        text = stop + 1;
    }
    for (int i = 0; i < 3; i++) {
        if (!L.jumped && total[i] != sum(WAITS, i)) {
            fail("%g ended as %d in an envelope, not %g", total[i], i, sum(WAITS, i));
        }
    }
    if (L.jumped && total[0] + total[1] + total[2] != crashfree_aggregate_waiting(L.aggregate)) {
        fail("an envelope holds %g of %g", total[0] + total[1] + total[2],
             crashfree_aggregate_waiting(L.aggregate));
    }
    for (int i = 0; i < REASONS; i++) {
        const double lost = crashfree_aggregate_lost(
            L.aggregate, (crashfree_counter)(CRASHFREE_COUNT_QUEUE_OVERFLOW + i));

        if (L.reported[i] > lost || ((last || total[0] + total[1] + total[2] > 0) &&
                                     L.reports_most <= L.monotonic && L.reported[i] != lost)) {
            fail("%g of %g losses %d are in reports", L.reported[i], lost, i);
        }
    }
    if (report && L.reports_least > L.monotonic) {
        fail("a report keeps to no limit");
    }
}

/* ---- what happens ------------------------------------------------------------------------------- */

static void count(unsigned end, uint32_t requests) {
    const double minute = floor(L.now / MINUTE_MS) * MINUTE_MS;

    if (L.count == GROUPS) {
        return;
    }
    const group one = {.minute = minute, .moment = L.monotonic, .end = end, .requests = requests};

    crashfree_aggregate_count(L.aggregate, (crashfree_aggregate_end)end, requests, L.now,
                              L.monotonic);
    const bool is_lost = is_full(minute);

    L.groups[L.count++] = one;
    L.requests += requests;
    if (is_lost) {
        lose(&L.groups[L.count - 1], CRASHFREE_COUNT_QUEUE_OVERFLOW);
    }
    rejoin();
    make_room();
    check_sums("after a count");
}

/* The model forgets what it knows of single groups, as the core tells how many there are. */
static void follow(void) {
    forget();
    if (L.jumped) {
        const double sent = sum(SENT, -1);
        const double waiting = crashfree_aggregate_waiting(L.aggregate) - sent;

        L.groups[0] = (group){.requests = waiting, .fortune = WAITS};
        L.groups[1] = (group){.requests = sent, .fortune = SENT};
        L.count = 2;
        for (int i = 0; i < REASONS; i++) {
            L.lost[i] = crashfree_aggregate_lost(
                L.aggregate, (crashfree_counter)(CRASHFREE_COUNT_QUEUE_OVERFLOW + i));
        }
    }
}

static void send(bool last) {
    size_t length = 0;
    const bool may = !L.asked && L.limited_most <= L.monotonic;
    const bool may_not = L.asked || L.limited_least > L.monotonic;
    const char *const text =
        crashfree_aggregate_send(L.aggregate, last, L.now, L.monotonic, &length);

    if (text != NULL && may_not) {
        fail("something leaves within a limit or before an answer");
    }
    if (!may && text == NULL) {
        return;
    }
    if (!L.jumped) {
        expire();
    }
    check_sums("after sending");
    if (text == NULL) {
        if (crashfree_aggregate_waiting(L.aggregate) > 0) {
            fail("%g wait and may leave", crashfree_aggregate_waiting(L.aggregate));
        }
        return;
    }
    L.envelopes++;
    follow();
    read_envelope(text, length, last);
    L.asked = true;
    for (unsigned i = 0; i < L.count; i++) {
        L.groups[i].fortune = L.groups[i].fortune == WAITS ? SENT : L.groups[i].fortune;
    }
}

static void respond(double faults) {
    const fate fate = network_fate(&L.random, rng_chance(&L.random, faults), 300);
    const int status = fate.status < 100 ? 0 : fate.status;
    const double waited = crashfree_aggregate_waiting(L.aggregate);

    if (!L.asked) {
        return;
    }
    const double sent = sum(SENT, -1);
    const bool delivered = crashfree_aggregate_respond(
        L.aggregate, status, fate.limits, strlen(fate.limits), fate.retry_after, L.monotonic);

    L.asked = false;
    if (delivered != fate.delivered) {
        fail("an answer %d is delivered: %d", status, delivered);
    }
    if (fate.sessions_least >= 0) {
        L.limited_least = fmax(L.limited_least, L.monotonic + fate.sessions_least * 1000);
        L.limited_most = fmax(L.limited_most, L.monotonic + fate.sessions_most * 1000);
    }
    if (fate.reports_least >= 0) {
        L.reports_least = fmax(L.reports_least, L.monotonic + fate.reports_least * 1000);
        L.reports_most = fmax(L.reports_most, L.monotonic + fate.reports_most * 1000);
    }
    for (unsigned i = 0; i < L.count; i++) {
        group *const one = &L.groups[i];

        if (one->fortune != SENT) {
            continue;
        }
        one->fortune = delivered ? DELIVERED : WAITS;
        one->refusals += !delivered && status != 0 && status != 429;
        if (!delivered && one->refusals == CRASHFREE_REFUSALS_MAX) {
            lose(one, CRASHFREE_COUNT_SEND_ERROR);
        }
    }
    if (delivered && L.jumped && waited - crashfree_aggregate_waiting(L.aggregate) != sent) {
        fail("%g of %g are delivered", waited - crashfree_aggregate_waiting(L.aggregate), sent);
    }
    rejoin();
    make_room();
    check_sums("after an answer");
}

static void pass(double time) {
    L.now += time;
    L.monotonic += time;
}

/* A day without a network, on which somebody comes in every minute. */
static void lonely_day(void) {
    const unsigned minutes = 1300 + rng_below(&L.random, 400);

    for (unsigned i = 0; i < minutes && L.count + 1 < GROUPS && L.failure[0] == '\0'; i++) {
        pass(MINUTE_MS);
        crashfree_aggregate_count(L.aggregate, CRASHFREE_AGGREGATE_EXITED, 1, L.now, L.monotonic);
        const double minute = floor(L.now / MINUTE_MS) * MINUTE_MS;
        const bool is_lost = L.asked && is_full(minute);

        L.groups[L.count++] = (group){.minute = minute, .moment = L.monotonic, .requests = 1};
        L.requests++;
        if (is_lost) {
            lose(&L.groups[L.count - 1], CRASHFREE_COUNT_QUEUE_OVERFLOW);
        }
        /* While an answer is awaited there is room for a few minutes more, and then for none. */
        if (L.asked && i == 6) {
            break;
        }
    }
    rejoin();
    make_room();
    check_sums("after a day");
}

static void step(double faults) {
    static const double pauses[] = {
        0, 900, MINUTE_MS, 7 * MINUTE_MS, 3 * 3600000.0, 2 * DAY_MS, KEPT_MS - 30000, KEPT_MS + 1};
    static const double jumps[] = {-90000, 90000, -3 * DAY_MS, 3 * DAY_MS, -8 * DAY_MS, 8 * DAY_MS};
    const unsigned draw = rng_below(&L.random, 1000);

    if (draw < 450) {
        count(rng_below(&L.random, 3), 1 + rng_below(&L.random, 40));
    } else if (draw < 650) {
        pass(pauses[rng_below(&L.random, draw < 640 ? 5 : 8)]);
    } else if (draw < 800) {
        send(false);
    } else if (draw < 985) {
        respond(faults);
    } else if (draw < 994) {
        L.jumped = true;
        L.now += jumps[rng_below(&L.random, 6)];
    } else if (draw < 996) {
        lonely_day();
    } else {
        send(true);
    }
    follow();
}

static unsigned long long all_requests;
static unsigned long long all_envelopes;

static const char *live(uint64_t seed) {
    static const char dsn[] = "https://0123456789abcdef0123456789abcdef@h.example/42";
    static const double rates[] = {0, 0, 0.1, 0.5, 1};

    memset(&L, 0, offsetof(__typeof__(L), groups));
    L.random.state = rng_mix(seed);
    L.now = START + rng_below(&L.random, 60000);
    L.monotonic = rng_below(&L.random, 100000);
    L.aggregate = crashfree_aggregate_init(memory.bytes);
    (void)crashfree_aggregate_set_text(L.aggregate, CRASHFREE_OPTION_DSN, dsn, sizeof dsn - 1);
    (void)crashfree_aggregate_set_text(L.aggregate, CRASHFREE_OPTION_RELEASE, RELEASE,
                                       sizeof RELEASE - 1);
    const double faults = rates[rng_below(&L.random, 5)];

    for (unsigned i = 5 + rng_below(&L.random, 120); i > 0 && L.failure[0] == '\0'; i--) {
        step(faults);
    }
    all_requests += L.requests;
    all_envelopes += L.envelopes;
    return L.failure[0] != '\0' ? L.failure : NULL;
}

int main(int argc, char **argv) {
    const lives asked = lives_asked(argc, argv, 50000);

    if (crashfree_aggregate_size() > sizeof memory) {
        printf("FAILED: bounds of the simulator: an aggregate has %zu bytes\n",
               crashfree_aggregate_size());
        return EXIT_FAILURE;
    }
    if (!lives_play(&asked, live)) {
        return EXIT_FAILURE;
    }
    printf("%llu lives of servers of base seed %llu: %llu requests in %llu envelopes\n",
           asked.count, asked.seed, all_requests, all_envelopes);
    return EXIT_SUCCESS;
}
