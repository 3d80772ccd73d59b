/*
 * The boundary of the module for servers, and its only file with global state: the counts of requests,
 * and a client whose one session is that of the process. web/node/core.ts is the other side. Texts go
 * in and out through the text of the counts, whose address `init` returns; what the client sends is
 * read where it lies.
 */
#include "aggregate.h"
#include "boundary.h"
#include "host.h"
#include "state.h"

IMPORT(fetch) void cf_import_fetch(uint32_t request, const char *body, size_t length);

/* The address is that of the counts. */
void cf_host_fetch(const crashfree *client, uint32_t request, const char *url, const char *body,
                   size_t body_length, crashfree_fetch_mode mode) {
    (void)client;
    (void)url;
    (void)mode;
    cf_import_fetch(request, body, body_length);
}

bool cf_host_before_send(const crashfree *client, const char *session, size_t length) {
    (void)client;
    (void)session;
    (void)length;
    return true;
}

static crashfree_aggregate the_aggregate;
static crashfree the_client;

char *EXPORT(init)(void);
size_t EXPORT(capacity)(void);
bool EXPORT(set_text)(crashfree_option option, size_t length);
crashfree_status EXPORT(status)(double monotonic);
void EXPORT(count)(crashfree_aggregate_end end, uint32_t sessions, double now, double monotonic);
double EXPORT(waiting)(void);
size_t EXPORT(send)(bool last, double now, double monotonic);
const char *EXPORT(url)(void);
bool EXPORT(respond)(int status, size_t limits_length, double retry_after, double monotonic);

void EXPORT(process_start)(void);
void EXPORT(process_error)(crashfree_error_kind kind);
void EXPORT(process_end)(void);
void EXPORT(process_wake)(void);
void EXPORT(process_respond)(uint32_t request, int status, size_t limits_length,
                             double retry_after);

static size_t bounded(size_t length) {
    return length <= sizeof the_aggregate.text ? length : 0;
}

char *init(void) {
    (void)crashfree_init(&the_client, NULL);
    return crashfree_aggregate_init(&the_aggregate)->text;
}

size_t capacity(void) {
    return sizeof the_aggregate.text;
}

bool set_text(crashfree_option option, size_t length) {
    const char *const text = the_aggregate.text;

    (void)crashfree_set_text(&the_client, option, text, bounded(length));
    return crashfree_aggregate_set_text(&the_aggregate, option, text, bounded(length));
}

crashfree_status status(double monotonic) {
    return crashfree_aggregate_status(&the_aggregate, monotonic);
}

void count(crashfree_aggregate_end end, uint32_t sessions, double now, double monotonic) {
    crashfree_aggregate_count(&the_aggregate, end, sessions, now, monotonic);
}

double waiting(void) {
    return crashfree_aggregate_waiting(&the_aggregate);
}

size_t send(bool last, double now, double monotonic) {
    size_t length;

    (void)crashfree_aggregate_send(&the_aggregate, last, now, monotonic, &length);
    return length;
}

const char *url(void) {
    return crashfree_aggregate_url(&the_aggregate);
}

bool respond(int status, size_t limits_length, double retry_after, double monotonic) {
    return crashfree_aggregate_respond(&the_aggregate, status, the_aggregate.text,
                                       bounded(limits_length), retry_after, monotonic);
}

/* The session of the process is announced as that of a page is. */
void process_start(void) {
    crashfree_start_session(&the_client, false, cf_host_monotonic(&the_client));
}

void process_error(crashfree_error_kind kind) {
    crashfree_error(&the_client, kind, cf_host_monotonic(&the_client));
}

/* Ends the session, unless an error did, and sends what waits: the process ends with this call. */
void process_end(void) {
    crashfree_end_session(&the_client, CRASHFREE_SESSION_EXITED, cf_host_monotonic(&the_client));
    crashfree_hide(&the_client, true);
}

void process_wake(void) {
    crashfree_wake(&the_client);
}

void process_respond(uint32_t request, int status, size_t limits_length, double retry_after) {
    crashfree_respond(&the_client, request, status, the_aggregate.text, bounded(limits_length),
                      retry_after);
}
