/*
 * A client with a host that is all play: clocks that move when told to, random bytes from a seed,
 * one timer, and a network that records. There is one at a time; fake_begin() starts anew, so that
 * a test that ends early leaves nothing behind.
 */
#ifndef FAKE_HOST_H
#define FAKE_HOST_H

#include "state.h"

#include <math.h>

#define FAKE_NOW 1767607200000.0 /* 2026-01-05T10:00:00Z */
#define FAKE_KEY "0123456789abcdef0123456789abcdef"
#define FAKE_DSN "https://" FAKE_KEY "@collector.example/42"
#define FAKE_URL                                                                                   \
    "https://collector.example/api/42/envelope/?sentry_version=7&sentry_key=" FAKE_KEY             \
    "&sentry_client=crashfree%2F" CRASHFREE_VERSION
#define FAKE_SECOND 1000.0
#define FAKE_MINUTE 60000.0
#define FAKE_DAY 86400000.0

typedef struct fake_request {
    uint32_t number;
    crashfree_fetch_mode mode;
    char *url;
    char *body;
    bool answered;
} fake_request;

typedef struct fake_host {
    crashfree *client;
    double now;
    double monotonic;
    uint64_t random;
    int random_byte; /* every random byte, unless negative */
    double wake_at;  /* monotonic; negative: no timer */
    unsigned wakes;  /* calls of host->wake */
    double delay;    /* of the last one */
    fake_request *requests;
    unsigned count;
    unsigned asked; /* calls of host->before_send */
    char *question; /* the last session it was asked about */
    bool refuse;    /* what it answers */
    void (*on_before_send)(void);
    void (*on_fetch)(void);
} fake_host;

extern fake_host fake;

/* The functions above; `context` is not used. */
extern const crashfree_host fake_functions;

/* A client with a valid DSN, release and environment, and the moment FAKE_NOW. */
void fake_begin(void);

/* The same without any option. */
void fake_begin_bare(void);

bool fake_set_text(crashfree_option option, const char *text);
void fake_set_user(const char *id);

/* Lets time pass; the timer fires when it is due. */
void fake_advance(double milliseconds);

/* Answers request `index` with a status and no header. */
void fake_respond(unsigned index, int status);

/* The same with headers. */
void fake_limit(unsigned index, int status, const char *limits, double retry_after);

/* Answers whatever has no answer yet. */
void fake_answer(int status);

/* How many items request `index` has. */
unsigned fake_items(unsigned index);

/* Payload of an item, valid until the next call; empty if there is none. */
const char *fake_item(unsigned index, unsigned item);

/* Whether the payload of an item has `text` in it. */
bool fake_has(unsigned index, unsigned item, const char *text);

/* How often `text` is in any request. */
unsigned fake_total(const char *text);

/* The running or last session; empty if there is none. */
const char *fake_session(void);

/* Whether that session is about to be announced or has the text. */
bool fake_session_has(const char *text);

/* Delivers what waits until nothing does, for at most a day. */
void fake_settle(void);

#endif
