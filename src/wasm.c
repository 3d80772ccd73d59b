/*
 * The module's boundary, and the only file with global state: one client, its host, and cJSON's
 * memory. Exports and imports have short names, since their bytes are shipped; web/src/core.ts is
 * the other side. Text goes in and out through the client's envelope buffer, whose address
 * `buffer` gives: it holds what the last call or import was about, until the next.
 */
#include "client.h"
#include "host.h"
#include "timestamp.h"

#include <stddef.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(#name), visibility("default"))) name
#define IMPORT(name) __attribute__((import_module("env"), import_name(#name))) extern

IMPORT(now) double cf_import_now(void);
IMPORT(monotonic) double cf_import_monotonic(void);
IMPORT(random) void cf_import_random(unsigned char *bytes, size_t count);
IMPORT(timestamp) void cf_import_timestamp(char *out, double time);
IMPORT(wake) void cf_import_wake(double delay);
IMPORT(fetch)
void cf_import_fetch(uint32_t request, const char *url, size_t url_length, const char *body,
                     size_t body_length, int mode);
IMPORT(before_send) int cf_import_before_send(const char *session, size_t length);

double cf_host_now(const crashfree *client) {
    (void)client;
    return cf_import_now();
}

double cf_host_monotonic(const crashfree *client) {
    (void)client;
    return cf_import_monotonic();
}

void cf_host_random(const crashfree *client, unsigned char *bytes, size_t count) {
    (void)client;
    cf_import_random(bytes, count);
}

void cf_host_wake(const crashfree *client, double delay) {
    (void)client;
    cf_import_wake(delay);
}

void cf_host_fetch(const crashfree *client, uint32_t request, const char *url, const char *body,
                   size_t body_length, crashfree_fetch_mode mode) {
    (void)client;
    cf_import_fetch(request, url, strlen(url), body, body_length, (int)mode);
}

bool cf_host_before_send(const crashfree *client, const char *session, size_t length) {
    (void)client;
    return cf_import_before_send(session, length) != 0;
}

void cf_timestamp(char out[CF_TIMESTAMP_LENGTH + 1], double time) {
    /* The NUL behind it is there, as in all memory of a new client. */
    cf_import_timestamp(out, time);
}

static crashfree the_client;

char *EXPORT(init)(void);
int EXPORT(set_text)(int option, size_t length);
void EXPORT(set_number)(int option, double value);
int EXPORT(set_user)(size_t length);
void EXPORT(set_consent)(int consent);
void EXPORT(start)(int announce);
void EXPORT(end)(int status);
void EXPORT(error)(int kind);
void EXPORT(flush)(void);
void EXPORT(hide)(int final);
void EXPORT(wake)(void);
void EXPORT(respond)(uint32_t request, int status, size_t limits_length, double retry_after);
size_t EXPORT(session)(void);
size_t EXPORT(save)(unsigned index);
int EXPORT(restore)(size_t length, double started, int status, uint32_t errors, int announced);
int EXPORT(status)(void);
uint32_t EXPORT(count)(int counter);
void EXPORT(close)(void);

/* Makes the client anew and returns the address of its buffer of CRASHFREE_ENVELOPE_MAX bytes. */
char *init(void) {
    (void)crashfree_init(&the_client, NULL);
    return the_client.envelope.text;
}

int set_text(int option, size_t length) {
    return crashfree_set_text(&the_client, (crashfree_option)option, the_client.envelope.text,
                              length);
}

void set_number(int option, double value) {
    crashfree_set_number(&the_client, (crashfree_option)option, value);
}

int set_user(size_t length) {
    return crashfree_set_user(&the_client, the_client.envelope.text, length);
}

void set_consent(int consent) {
    crashfree_set_consent(&the_client, (crashfree_consent)consent);
}

void start(int announce) {
    crashfree_start_session(&the_client, announce != 0);
}

void end(int status) {
    crashfree_end_session(&the_client, (crashfree_session_status)status);
}

void error(int kind) {
    crashfree_error(&the_client, (crashfree_error_kind)kind);
}

void flush(void) {
    crashfree_flush(&the_client);
}

void hide(int final) {
    crashfree_hide(&the_client, final != 0);
}

void wake(void) {
    crashfree_wake(&the_client);
}

void respond(uint32_t request, int status, size_t limits_length, double retry_after) {
    crashfree_respond(&the_client, request, status, the_client.envelope.text, limits_length,
                      retry_after);
}

/* Writes the session to the buffer and returns its length. */
size_t session(void) {
    return crashfree_session(&the_client, the_client.envelope.text,
                             sizeof the_client.envelope.text);
}

/* Writes a session to the buffer and returns its length. */
size_t save(unsigned index) {
    return crashfree_save(&the_client, index, the_client.envelope.text,
                          sizeof the_client.envelope.text);
}

int restore(size_t length, double started, int status, uint32_t errors, int announced) {
    return crashfree_restore(&the_client, the_client.envelope.text, length, started,
                             (crashfree_session_status)status, errors, announced != 0);
}

int status(void) {
    return (int)crashfree_get_status(&the_client);
}

uint32_t count(int counter) {
    return crashfree_count(&the_client, (crashfree_counter)counter);
}

void close(void) {
    crashfree_close(&the_client);
}

/* cJSON asks for no memory, as the nodes and the output are given; the module has none for it. */
void *cf_cjson_malloc(size_t size);
void *cf_cjson_realloc(void *memory, size_t size);
void cf_cjson_free(void *memory);

void *cf_cjson_malloc(size_t size) {
    (void)size;
    return NULL;
}

void *cf_cjson_realloc(void *memory, size_t size) {
    (void)memory;
    (void)size;
    return NULL;
}

void cf_cjson_free(void *memory) {
    (void)memory;
}
