/* What tests of a page's events have in common: short names for the fake host's client, and texts of
 * items. */
#ifndef PAGE_H
#define PAGE_H

#include "fake_host.h"

#define INIT "\"init\":true"
#define OK "\"status\":\"ok\""
#define EXITED "\"status\":\"exited\""
#define CRASHED "\"status\":\"crashed\""

static inline void start(bool announce) {
    crashfree_start_session(fake.client, announce, NAN);
}

static inline void start_at(double at) {
    crashfree_start_session(fake.client, true, at);
}

static inline void error(crashfree_error_kind kind) {
    crashfree_error(fake.client, kind, NAN);
}

static inline void crash(void) {
    error(CRASHFREE_ERROR_UNHANDLED);
}

static inline crashfree_status status(void) {
    return crashfree_get_status(fake.client);
}

static inline unsigned counter(crashfree_counter which) {
    return crashfree_count(fake.client, which);
}

/* A client whose first session has left and has no answer yet. */
static inline void begin_with_request(void) {
    fake_begin();
    start(true);
}

/* A client whose first session was announced and taken. */
static inline void begin_announced(void) {
    begin_with_request();
    fake_respond(0, 200);
}

#endif
