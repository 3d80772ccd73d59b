#include "fake_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

fake_host fake;

static char *copy(const char *text, size_t length) {
    char *result = malloc(length + 1);

    if (result == NULL) {
        abort();
    }
    memcpy(result, text, length);
    result[length] = '\0';
    return result;
}

static double now(void *context) {
    (void)context;
    return fake.now;
}

static double monotonic(void *context) {
    (void)context;
    return fake.monotonic;
}

static void random_bytes(void *context, unsigned char *bytes, size_t count) {
    (void)context;
    for (size_t i = 0; i < count; i++) {
        fake.random = fake.random * 6364136223846793005U + 1442695040888963407U;
        bytes[i] = fake.random_byte >= 0 ? (unsigned char)fake.random_byte
                                         : (unsigned char)(fake.random >> 56);
    }
}

static void wake(void *context, double delay) {
    (void)context;
    fake.wakes++;
    fake.delay = delay;
    fake.wake_at = fake.monotonic + delay;
}

static void fetch(void *context, uint32_t request, const char *url, size_t url_length,
                  const char *body, size_t body_length, crashfree_fetch_mode mode) {
    fake_request *const grown = realloc(fake.requests, (fake.count + 1) * sizeof fake.requests[0]);

    (void)context;
    if (grown == NULL || memchr(body, '\0', body_length) != NULL) {
        abort();
    }
    fake.requests = grown;
    fake.requests[fake.count++] =
        (fake_request){request, mode, copy(url, url_length), copy(body, body_length), false};
    if (fake.on_fetch != NULL) {
        fake.on_fetch();
    }
}

static bool before_send(void *context, const char *session, size_t length) {
    const bool refuse = fake.refuse;

    (void)context;
    fake.asked++;
    free(fake.question);
    fake.question = copy(session, length);
    if (fake.on_before_send != NULL) {
        fake.on_before_send();
    }
    return !refuse;
}

const crashfree_host fake_functions = {NULL, now,   monotonic,  random_bytes,
                                       wake, fetch, before_send};

void fake_begin_bare(void) {
    for (unsigned i = 0; i < fake.count; i++) {
        free(fake.requests[i].url);
        free(fake.requests[i].body);
    }
    free(fake.requests);
    free(fake.question);
    free(fake.client);
    memset(&fake, 0, sizeof fake);
    fake.now = FAKE_NOW;
    fake.monotonic = 1000;
    fake.random = 1;
    fake.random_byte = -1;
    fake.wake_at = -1;
    fake.client = malloc(crashfree_size());
    if (fake.client == NULL) {
        abort();
    }
    /* What the memory held before must not matter. */
    memset(fake.client, 0xa5, crashfree_size());
    fake.client = crashfree_init(fake.client, &fake_functions);
}

void fake_begin(void) {
    fake_begin_bare();
    (void)fake_set_text(CRASHFREE_OPTION_DSN, FAKE_DSN);
    (void)fake_set_text(CRASHFREE_OPTION_RELEASE, "shop@1.4.0");
    (void)fake_set_text(CRASHFREE_OPTION_ENVIRONMENT, "production");
}

bool fake_set_text(crashfree_option option, const char *text) {
    return crashfree_set_text(fake.client, option, text, strlen(text));
}

void fake_set_user(const char *id) {
    crashfree_set_user(fake.client, id, strlen(id), NAN);
}

void fake_advance(double milliseconds) {
    const double until = fake.monotonic + milliseconds;

    while (fake.wake_at >= 0 && fake.wake_at <= until) {
        const double step = fake.wake_at > fake.monotonic ? fake.wake_at - fake.monotonic : 0;

        fake.now += step;
        fake.monotonic += step;
        fake.wake_at = -1;
        crashfree_wake(fake.client);
    }
    fake.now += until - fake.monotonic;
    fake.monotonic = until;
}

void fake_limit(unsigned index, int status, const char *limits, double retry_after) {
    if (index >= fake.count) {
        printf("# there is no request %u\n", index);
        abort();
    }
    fake.requests[index].answered = true;
    crashfree_respond(fake.client, fake.requests[index].number, status, limits, strlen(limits),
                      retry_after);
}

void fake_respond(unsigned index, int status) {
    fake_limit(index, status, "", -1);
}

void fake_answer(int status) {
    for (unsigned i = 0; i < fake.count; i++) {
        if (!fake.requests[i].answered) {
            fake_respond(i, status);
        }
    }
}

unsigned fake_items(unsigned index) {
    unsigned lines = 0;

    if (index >= fake.count) {
        return 0;
    }
    for (const char *at = fake.requests[index].body; *at != '\0'; at++) {
        lines += *at == '\n';
    }
    return (lines - 1) / 2;
}

const char *fake_item(unsigned index, unsigned item) {
    static char payload[CRASHFREE_ENVELOPE_MAX + 1];
    unsigned line = 0;
    size_t length = 0;

    if (index < fake.count) {
        for (const char *at = fake.requests[index].body; *at != '\0'; at++) {
            if (*at == '\n') {
                line++;
            } else if (line == 2 + 2 * item) {
                payload[length++] = *at;
            }
        }
    }
    payload[length] = '\0';
    return payload;
}

bool fake_has(unsigned index, unsigned item, const char *text) {
    return strstr(fake_item(index, item), text) != NULL;
}

unsigned fake_total(const char *text) {
    unsigned total = 0;

    for (unsigned i = 0; i < fake.count; i++) {
        for (const char *at = fake.requests[i].body; (at = strstr(at, text)) != NULL; at++) {
            total++;
        }
    }
    return total;
}

const char *fake_session(void) {
    static char session[CRASHFREE_ENVELOPE_MAX];

    if (crashfree_session(fake.client, session, sizeof session) == 0) {
        session[0] = '\0';
    }
    return session;
}

bool fake_session_has(const char *text) {
    return strstr(fake_session(), text) != NULL;
}

void fake_settle(void) {
    const double until = fake.monotonic + FAKE_DAY;

    fake_answer(200);
    while (fake.wake_at >= 0 && fake.monotonic < until) {
        fake_advance(fake.wake_at - fake.monotonic);
        fake_answer(200);
    }
}
