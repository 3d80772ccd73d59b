/*
 * Every allocation of cJSON's may fail. Nothing crashes or leaks then, and nothing is lost: what
 * could not be written is sent later. This file stands in for src/alloc_native.c.
 */
#include "fake_host.h"
#include "test.h"

#define SID "5f0c6f0e9b1d4c0f8a5e2b7d3c4f1a90"

static long allocations;
static long failing; /* the number of the one that fails; 0: none */
static bool lasting; /* and all after it */
static long live;

void *cf_cjson_malloc(size_t size);
void *cf_cjson_realloc(void *memory, size_t size);
void cf_cjson_free(void *memory);

static bool fails(void) {
    allocations++;
    return failing > 0 && (lasting ? allocations >= failing : allocations == failing);
}

void *cf_cjson_malloc(size_t size) {
    if (fails()) {
        return NULL;
    }
    live++;
    return malloc(size);
}

void *cf_cjson_realloc(void *memory, size_t size) {
    return fails() ? NULL : realloc(memory, size);
}

void cf_cjson_free(void *memory) {
    live -= memory != NULL;
    free(memory);
}

static void start(bool announce) {
    crashfree_start_session(fake.client, announce);
}

static void load(void) {
    start(false);
    crashfree_flush(fake.client);
}

static void navigations(void) {
    (void)fake_set_user("u1");
    start(true);
    start(true);
    start(true);
}

static void crash(void) {
    start(false);
    crashfree_error(fake.client, CRASHFREE_NOT_HANDLED);
}

static void late_user(void) {
    start(true);
    (void)fake_set_user("u1");
    fake_advance(0);
}

static void tunnel(void) {
    (void)fake_set_text(CRASHFREE_TUNNEL, "/tunnel");
    start(true);
}

static void before_send(void) {
    crashfree_set_number(fake.client, CRASHFREE_BEFORE_SEND, 1);
    start(true);
    start(true);
}

static void report(void) {
    crashfree_set_number(fake.client, CRASHFREE_PER_MINUTE, 1);
    start(true);
    start(true);
    crashfree_hide(fake.client, false);
}

static void report_alone(void) {
    crashfree_set_number(fake.client, CRASHFREE_PER_MINUTE, 1);
    start(true);
    crashfree_end_session(fake.client, CRASHFREE_EXITED);
    fake_advance(0);
    start(true);
    crashfree_hide(fake.client, false);
}

static void restored(void) {
    (void)crashfree_restore(fake.client, SID "u1", CF_SID_LENGTH + 2, fake.now - 1000,
                            CRASHFREE_ABNORMAL, 1, false);
    crashfree_flush(fake.client);
}

static void reading(void) {
    char out[1000];

    start(false);
    (void)crashfree_session(fake.client, out, sizeof out);
    (void)crashfree_save(fake.client, 0, out, sizeof out);
    crashfree_flush(fake.client);
}

static void leaving(void) {
    start(false);
    crashfree_error(fake.client, CRASHFREE_HANDLED);
    crashfree_hide(fake.client, false);
}

static void closing(void) {
    start(false);
    crashfree_close(fake.client);
}

typedef struct scenario {
    const char *name;
    void (*run)(void);
    unsigned sessions; /* that have to arrive */
    unsigned final;    /* of them with a final status */
} scenario;

static const scenario scenarios[] = {
    {"load", load, 1, 0},         {"navigations", navigations, 3, 2},
    {"crash", crash, 1, 1},       {"late user", late_user, 1, 0},
    {"tunnel", tunnel, 1, 0},     {"before_send", before_send, 2, 1},
    {"report", report, 1, 1},     {"report alone", report_alone, 1, 1},
    {"restored", restored, 1, 1}, {"reading", reading, 1, 0},
    {"leaving", leaving, 1, 0},   {"closing", closing, 1, 0},
};
#define SCENARIOS (sizeof scenarios / sizeof scenarios[0])

/* Whether each request is a header and pairs of lines, each an object. */
static bool requests_are_whole(void) {
    for (unsigned i = 0; i < fake.count; i++) {
        const char *line = fake.requests[i].body;
        unsigned lines = 0;

        while (*line != '\0') {
            const char *const end = strchr(line, '\n');

            if (end == NULL || *line != '{' || end[-1] != '}') {
                return false;
            }
            line = end + 1;
            lines++;
        }
        if (lines % 2 == 0 || lines < 3) {
            return false;
        }
    }
    return true;
}

/* Runs a scenario with one allocation failing, or all from it on until the scenario is over.
 * Returns whether one did. */
static bool run(const scenario *what, long number) {
    fake_begin();
    live = 0;
    allocations = 0;
    failing = number;
    what->run();
    const bool reached = allocations >= number;

    failing = lasting ? 0 : failing;
    fake_settle();
    crashfree_hide(fake.client, false);
    return reached;
}

static void sweep(void) {
    for (size_t i = 0; i < SCENARIOS; i++) {
        const scenario *const what = &scenarios[i];
        long number = 0;

        while (run(what, ++number)) {
            const unsigned final = fake_total("\"status\":\"exited\"") +
                                   fake_total("\"status\":\"crashed\"") +
                                   fake_total("\"status\":\"abnormal\"");

            if (!requests_are_whole() || live != 0 ||
                fake_total("\"init\":true") != what->sessions || final != what->final ||
                crashfree_count(fake.client, CRASHFREE_ACCEPTED) != what->sessions) {
                printf("# allocation %ld of '%s'\n", number, what->name);
            }
            CHECK(requests_are_whole());
            CHECK_EQ_INT(live, 0);
            CHECK_EQ_INT(fake_total("\"init\":true"), what->sessions);
            CHECK_EQ_INT(final, what->final);
            CHECK_EQ_INT(crashfree_count(fake.client, CRASHFREE_ACCEPTED), what->sessions);
            CHECK_EQ_INT(fake_total("client_report"),
                         what->run == report || what->run == report_alone);
            if (what->run == before_send) {
                /* Nothing leaves unasked: one question for each item, and more where it failed. */
                CHECK(fake.asked >= fake_total("{\"type\":\"session\"}"));
            }
        }
        /* Without a failure, too, there have been allocations. */
        CHECK(number > 10);
    }
}

TEST(one_failing_allocation_loses_nothing) {
    lasting = false;
    sweep();
}

TEST(memory_that_runs_out_and_comes_back_loses_nothing) {
    lasting = true;
    sweep();
}

TEST(without_any_memory_nothing_is_sent_and_nothing_breaks) {
    fake_begin();
    lasting = true;
    allocations = 0;
    failing = 1;
    for (int i = 0; i < 50; i++) {
        start(true);
        crashfree_error(fake.client, CRASHFREE_NOT_HANDLED);
        fake_advance(1000);
    }
    CHECK_EQ_INT(fake.count, 0);
    CHECK_EQ_STR(fake_session(), "");
    failing = 0;
    fake_settle();
    CHECK_EQ_INT(crashfree_count(fake.client, CRASHFREE_ACCEPTED), 50);
}
