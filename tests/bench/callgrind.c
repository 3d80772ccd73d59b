/*
 * What the core does for one page, so that its instructions can be counted. Everything that
 * measured() calls is counted, the host included, which does next to nothing.
 */
#include <crashfree.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool asked_to_wake;
static uint32_t requests;

static double host_now(void *context) {
    (void)context;
    return 1767607200000.0;
}

static double host_monotonic(void *context) {
    (void)context;
    return 1000.0;
}

static void host_random(void *context, unsigned char *bytes, size_t count) {
    /* Never the same twice, which the core would take for a host that gives nothing. */
    static unsigned char last;

    (void)context;
    for (size_t i = 0; i < count; i++) {
        last = (unsigned char)(last * 5 + 41 + i);
        bytes[i] = last;
    }
}

static void host_wake(void *context, double delay) {
    (void)context;
    if (delay <= 0) {
        asked_to_wake = true;
    }
}

static void host_fetch(void *context, uint32_t request, const char *url, size_t url_length,
                       const char *body, size_t body_length, crashfree_fetch_mode mode) {
    (void)context;
    (void)url;
    (void)url_length;
    (void)body;
    (void)body_length;
    (void)mode;
    requests = request;
}

static const crashfree_host host = {
    .now = host_now,
    .monotonic = host_monotonic,
    .random = host_random,
    .wake = host_wake,
    .fetch = host_fetch,
};

static void set(crashfree *client, crashfree_option option, const char *text) {
    crashfree_set_text(client, option, text, strlen(text));
}

/* Lets the client do what it put off. */
static void settle(crashfree *client) {
    while (asked_to_wake) {
        asked_to_wake = false;
        crashfree_wake(client);
    }
}

static void start(void *memory) {
    crashfree *client = crashfree_init(memory, &host);
    set(client, CRASHFREE_OPTION_DSN,
        "https://0123456789abcdef0123456789abcdef@o1.ingest.example/42");
    set(client, CRASHFREE_OPTION_RELEASE, "shop@1.4.0");
    set(client, CRASHFREE_OPTION_ENVIRONMENT, "production");
    set(client, CRASHFREE_OPTION_USER_AGENT,
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/156.0.0.0 Safari/537.36");
    crashfree_start_session(client, false, NAN);
    crashfree_flush(client);
    settle(client);
}

static void answer(crashfree *client) {
    crashfree_respond(client, requests, 200, "", 0, -1);
    settle(client);
}

static void navigate(crashfree *client) {
    crashfree_start_session(client, true, NAN);
    settle(client);
}

static void fail(crashfree *client) {
    crashfree_error(client, CRASHFREE_ERROR_UNHANDLED, NAN);
    settle(client);
}

/* The name that callgrind is told. */
__attribute__((noinline)) void measured(void (*action)(crashfree *), void *memory);
void measured(void (*action)(crashfree *), void *memory) {
    action((crashfree *)memory);
}

static void start_client(crashfree *client) {
    start(client);
}

int main(int argc, char **argv) {
    const char *wanted = argc > 1 ? argv[1] : "";
    void *memory = malloc(crashfree_size());
    if (memory == NULL) {
        return 1;
    }
    if (strcmp(wanted, "start") == 0) {
        measured(start_client, memory);
    } else {
        start(memory);
        answer((crashfree *)memory);
        if (strcmp(wanted, "navigation") == 0) {
            measured(navigate, memory);
        } else if (strcmp(wanted, "answer") == 0) {
            navigate((crashfree *)memory);
            measured(answer, memory);
        } else if (strcmp(wanted, "error") == 0) {
            measured(fail, memory);
        } else {
            fprintf(stderr, "start, navigation, answer or error\n");
        }
    }
    printf("%u\n", (unsigned)crashfree_count((crashfree *)memory, CRASHFREE_COUNT_REQUESTS));
    free(memory);
    return 0;
}
