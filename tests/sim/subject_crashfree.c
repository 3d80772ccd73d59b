#include "subject.h"

static void init(void *memory, const crashfree_host *host) {
    (void)crashfree_init(memory, host);
}

static void start(void *client, bool announce, double at) {
    crashfree_start_session(client, announce, at);
}

static void error(void *client, crashfree_error_kind kind, double at) {
    crashfree_error(client, kind, at);
}

static void user(void *client, const char *id, size_t length) {
    crashfree_set_user(client, id, length, NAN);
}

static void flush(void *client) {
    crashfree_flush(client);
}

static void hide(void *client, bool final) {
    crashfree_hide(client, final);
}

static void wake(void *client) {
    crashfree_wake(client);
}

static void respond(void *client, uint32_t request, int status, const char *limits,
                    size_t limits_length, double retry_after) {
    crashfree_respond(client, request, status, limits, limits_length, retry_after);
}

const subject subject_crashfree = {.name = "crashfree",
                                   .is_core = true,
                                   .size = crashfree_size,
                                   .init = init,
                                   .start = start,
                                   .error = error,
                                   .user = user,
                                   .flush = flush,
                                   .hide = hide,
                                   .wake = wake,
                                   .respond = respond};
