#include "life.h"

#include "model.h"

#include <string.h>

#define TEN(text) text text text text text text text text text text
#define LONG_ID TEN(TEN("y")) TEN(TEN("y")) TEN("y") TEN("y") TEN("y") TEN("y") TEN("y")

const char *const life_users[LIFE_USERS] = {"",
                                            "7",
                                            "anna",
                                            "b\xc3\xbcro \"q\" \\ \x01\xf0\x9f\x98\x80",
                                            LONG_ID "12345",
                                            LONG_ID "123456"};

/* The second is as long as a name may be. */
const char *const life_releases[LIFE_RELEASES] = {"shop@1.4.0", TEN(TEN("\xc3\xa4")),
                                                  "shop@2.0.0-beta.1+7"};

const char *const life_dids[LIFE_USERS] = {"",
                                           "7",
                                           "anna",
                                           "b\xc3\xbcro \"q\" \\ \x01\xf0\x9f\x98\x80",
                                           LONG_ID "12345",
                                           "crashfree:a500d3e4557bdabf6b6cb0aad261b488"};

static const int jumps[] = {-1,     1,       -30,    30,     59,       -600,
                            -3000,  -3700,   3700,   -90000, 90000,    -172800,
                            172800, -518400, 518400, 600,    40000000, -40000000};
/* The last two are five days, less what makes a session too old and what does not. */
static const int sleeps[] = {1, 30, 600, 7200, 90000, 345600, 518400, 431970, 431930};

#define PICK(random, table) (table)[rng_below(random, sizeof(table) / sizeof(table)[0])]

/* Time to the next event: mostly human, sometimes the same task. */
static double pause_before(rng *random, unsigned hurry) {
    const unsigned draw = rng_below(random, 100);

    if (draw < hurry) {
        return 0;
    }
    if (draw < 40) {
        return 1 + rng_below(random, 30);
    }
    if (draw < 75) {
        return 1 + rng_below(random, 1500);
    }
    if (draw < 97) {
        return 1 + rng_below(random, 20000);
    }
    return 1 + rng_below(random, draw < 99 ? 900000 : 2000000);
}

static const unsigned char weights[EVENT_KINDS] = {
    [EVENT_FLUSH] = 8,    [EVENT_NAVIGATE] = 26, [EVENT_HANDLED] = 9, [EVENT_UNHANDLED] = 8,
    [EVENT_USER] = 9,     [EVENT_HIDE] = 8,      [EVENT_SHOW] = 4,    [EVENT_RESTORED] = 3,
    [EVENT_CONSENT] = 4,  [EVENT_WAKE] = 3,      [EVENT_CLOCK] = 3,   [EVENT_SLEEP] = 2,
    [EVENT_START] = 2,    [EVENT_END] = 3,       [EVENT_CLOSE] = 1,   [EVENT_PAGE] = 7,
    [EVENT_HAND_OVER] = 2};

static event_kind pick_kind(rng *random) {
    unsigned total = 0;

    for (int i = 0; i < EVENT_KINDS; i++) {
        total += weights[i];
    }
    unsigned draw = rng_below(random, total);
    int kind = 0;

    while (draw >= weights[kind]) {
        draw -= weights[kind++];
    }
    return (event_kind)kind;
}

static int pick_argument(rng *random, event_kind kind) {
    switch (kind) {
    case EVENT_USER:
        return (int)rng_below(random, LIFE_USERS);
    case EVENT_CONSENT:
        return rng_chance(random, 0.55) ? GRANTED : (int)rng_below(random, 3);
    case EVENT_CLOCK:
        return PICK(random, jumps);
    case EVENT_SLEEP:
        return PICK(random, sleeps);
    case EVENT_END:
        return (int)rng_below(random, 5);
    case EVENT_PAGE:
        return (int)rng_below(random, PAGE_ENDS);
    default:
        return 0;
    }
}

static void add(life *life, rng *random, event_kind kind, int argument, double after) {
    if (life->count < LIFE_EVENTS) {
        const event fresh = {kind, argument, after, (uint32_t)rng_next(random)};

        life->events[life->count++] = fresh;
    }
}

void life_make(life *life, uint64_t seed, double faults) {
    static const double rates[] = {0.01, 0.05, 0.2, 0.5, 1};
    static const double latenesses[] = {0, 0, 0, 3, 700, 30000};
    static const double latencies[] = {40, 300, 300, 3000, 60000};
    static const int skews[] = {-30, 30, -3000, -90000, 90000, -40000000, 40000000, 1200};
    static const unsigned minutes[] = {1, 2, 5, 100};
    rng random = {rng_mix(seed ^ UINT64_C(0x51c3))};
    life_config *c = &life->config;

    memset(c, 0, sizeof *c);
    life->seed = seed;
    c->seed = rng_next(&random);
    c->faults = faults >= 0 ? faults : rng_chance(&random, 0.4) ? 0 : PICK(&random, rates);
    c->storms = rng_chance(&random, 0.3);
    c->same = rng_chance(&random, 0.2);
    c->works = !rng_chance(&random, 0.01);
    c->broken = (int)rng_below(&random, 5);
    c->tunnel = rng_chance(&random, 0.1);
    c->long_agent = rng_chance(&random, 0.2);
    c->environment = (int)rng_below(&random, 4);
    c->sample_rate = rng_chance(&random, 0.9) ? 1 : rng_below(&random, 5) / 4.0;
    c->per_minute = rng_chance(&random, 0.9) ? 100 : PICK(&random, minutes);
    c->unhandled = rng_chance(&random, 0.3);
    c->reports = !rng_chance(&random, 0.1);
    c->before_send = rng_chance(&random, 0.85) ? DISMISS_OFF : (dismissal)rng_below(&random, 5);
    c->consent = rng_chance(&random, 0.9) ? GRANTED : (int)rng_below(&random, 3);
    c->first_user = rng_chance(&random, 0.7) ? 0 : (int)rng_below(&random, LIFE_USERS);
    c->manual = rng_chance(&random, 0.04);
    c->hidden_start = rng_chance(&random, 0.08);
    c->storage = rng_chance(&random, 0.3);
    c->storage_fails = rng_chance(&random, 0.1);
    c->clock_sleeps = rng_chance(&random, 0.5);
    c->heals = rng_chance(&random, 0.3);
    c->lateness = PICK(&random, latenesses);
    c->latency = PICK(&random, latencies);
    c->skew = rng_chance(&random, 0.7) ? 0 : 1000.0 * PICK(&random, skews);
    c->origin = rng_chance(&random, 0.7) ? rng_below(&random, 3000) : rng_next(&random) >> 20;
    c->last = (page_end)rng_below(&random, PAGE_ENDS);

    /* Most lives are short; a few are long, and a few of these wild. */
    const unsigned size = rng_below(&random, 200);
    const unsigned wanted = size < 150   ? rng_below(&random, 8)
                            : size < 190 ? 4 + rng_below(&random, 16)
                            : size < 199 ? 20 + rng_below(&random, 40)
                                         : 100 + rng_below(&random, 100);
    const unsigned hurry = rng_chance(&random, 0.2) ? 40 : 8;
    rng answers = {rng_mix(seed ^ UINT64_C(0xa45e))};

    c->unreadable = rng_chance(&answers, 0.15);
    c->late_facts = rng_chance(&answers, 0.3);
    c->readable_from = rng_chance(&answers, 0.5) ? LIFE_EVENTS : (int)rng_below(&answers, 8);

    life->count = 0;
    while (life->count < wanted) {
        const event_kind kind = pick_kind(&random);

        add(life, &random, kind, pick_argument(&random, kind), pause_before(&random, hurry));
    }
    if (wanted > 20 && rng_chance(&random, 0.2)) {
        /* A routing loop. */
        c->per_minute = rng_chance(&random, 0.7) ? 0 : c->per_minute;
        for (unsigned i = 20 + rng_below(&random, 100); i > 0; i--) {
            add(life, &random, EVENT_NAVIGATE, 0, rng_chance(&random, 0.5) ? 0 : 5);
        }
    }
}

void life_make_plain(life *life, uint64_t seed, troubles troubles) {
    rng random = {rng_mix(seed ^ UINT64_C(0x51c3))};
    life_config *c = &life->config;

    memset(c, 0, sizeof *c);
    life->seed = seed;
    c->seed = rng_next(&random);
    c->faults = troubles.faults;
    c->lost_answers = troubles.lost_answers;
    c->unreadable = (double)(rng_mix(seed) >> 11) * 0x1p-53 < troubles.unreadable_pages;
    c->readable_from = LIFE_EVENTS;
    c->works = true;
    c->environment = 1;
    c->sample_rate = 1;
    c->per_minute = 100;
    c->reports = true;
    c->first_user = rng_chance(&random, 0.5) ? 1 : 0;
    c->latency = 300;
    c->last = PAGE_LEFT;
    life->count = 0;
    for (unsigned i = rng_below(&random, 8); i > 0; i--) {
        const unsigned draw = rng_below(&random, 100);
        const event_kind kind = draw < 75   ? EVENT_NAVIGATE
                                : draw < 80 ? EVENT_HANDLED
                                : draw < 83 ? EVENT_UNHANDLED
                                : draw < 87 ? EVENT_USER
                                : draw < 95 ? EVENT_HIDE
                                            : EVENT_FLUSH;

        add(life, &random, kind, kind == EVENT_USER ? 1 : 0, 3000 + rng_below(&random, 60000));
    }
    /* Somebody reads the last page before leaving it. */
    add(life, &random, EVENT_SHOW, 0, 3000 + rng_below(&random, 60000));
}

static const char *const kinds[EVENT_KINDS] = {
    "flush",       "navigate", "handled error",         "unhandled error", "user",
    "hide",        "show",     "restored from bfcache", "consent",         "spurious wake",
    "clock jumps", "sleeps",   "start session",         "end session",     "close",
    "hands over",  "page ends"};
static const char *const consents[] = {"granted", "pending", "denied"};
static const char *const ends[] = {"ok", "exited", "crashed", "unhandled", "abnormal"};
static const char *const page_ends[PAGE_ENDS] = {"left", "gone", "killed in the back",
                                                 "killed in front", "left for a new release"};

void life_print(const life *life, FILE *out) {
    static const life_config usual = {.works = true,
                                      .sample_rate = 1,
                                      .per_minute = 100,
                                      .reports = true,
                                      .readable_from = LIFE_EVENTS};
    const life_config *c = &life->config;

    (void)fprintf(out, "  seed %llu, fault rate %g", (unsigned long long)life->seed, c->faults);
#define SHOW(member, format)                                                                       \
    if (c->member != usual.member) {                                                               \
        (void)fprintf(out, ", " #member " " format, c->member);                                    \
    }
    SHOW(storms, "%d")
    SHOW(same, "%d")
    SHOW(works, "%d")
    SHOW(tunnel, "%d")
    SHOW(long_agent, "%d")
    SHOW(environment, "%d")
    SHOW(sample_rate, "%g")
    SHOW(per_minute, "%u")
    SHOW(unhandled, "%d")
    SHOW(reports, "%d")
    SHOW(before_send, "%u")
    SHOW(consent, "%d")
    SHOW(first_user, "%d")
    SHOW(manual, "%d")
    SHOW(hidden_start, "%d")
    SHOW(storage, "%d")
    SHOW(storage_fails, "%d")
    SHOW(clock_sleeps, "%d")
    SHOW(heals, "%d")
    SHOW(late_facts, "%d")
    SHOW(unreadable, "%d")
    SHOW(readable_from, "%d")
    SHOW(lateness, "%g")
    SHOW(latency, "%g")
    SHOW(skew, "%g")
    SHOW(origin, "%g")
#undef SHOW
    (void)fprintf(out, "\n");
    for (unsigned i = 0; i < life->count; i++) {
        const event *e = &life->events[i];

        (void)fprintf(out, "  %2u. after %g ms: %s", i + 1, e->after, kinds[e->kind]);
        switch (e->kind) {
        case EVENT_USER:
            (void)fprintf(out, " %d (%.12s)", e->argument, life_users[e->argument]);
            break;
        case EVENT_CONSENT:
            (void)fprintf(out, " %s", consents[e->argument]);
            break;
        case EVENT_CLOCK:
        case EVENT_SLEEP:
            (void)fprintf(out, " %d s", e->argument);
            break;
        case EVENT_END:
            (void)fprintf(out, " as %s", ends[e->argument]);
            break;
        case EVENT_PAGE:
            (void)fprintf(out, ": %s; the next one loads", page_ends[e->argument]);
            break;
        default:
            break;
        }
        (void)fprintf(out, "\n");
    }
    (void)fprintf(out, "  The page is %s.\n", page_ends[c->last]);
}
