/*
 * The module's boundary, and the only file with global state: one client. Exports and imports have
 * short names, since their bytes are shipped; web/src/core/core.ts is the other side. Text goes in
 * and out through the client's envelope buffer, whose address `init` returns: it holds what the last
 * call or import was about, until the next. A length beyond that buffer is read as 0.
 */
#include "boundary.h"
#include "host.h"
#include "state.h"

#include <stddef.h>
#include <string.h>

IMPORT(fetch)
void cf_import_fetch(uint32_t request, const char *url, size_t url_length, const char *body,
                     size_t body_length, int mode);
IMPORT(before_send) int cf_import_before_send(const char *session, size_t length);

void cf_host_fetch(const crashfree *client, uint32_t request, const char *url, const char *body,
                   size_t body_length, crashfree_fetch_mode mode) {
    (void)client;
    cf_import_fetch(request, url, strlen(url), body, body_length, (int)mode);
}

bool cf_host_before_send(const crashfree *client, const char *session, size_t length) {
    (void)client;
    return cf_import_before_send(session, length) != 0;
}

static crashfree the_client;

char *EXPORT(init)(void);
int EXPORT(set_text)(int option, size_t length);
void EXPORT(set_number)(int option, double value);
void EXPORT(set_user)(size_t length, double at);
void EXPORT(set_consent)(int consent);
void EXPORT(start)(int announce, double at);
void EXPORT(end)(int status, double at);
void EXPORT(error)(int kind, double at);
void EXPORT(flush)(void);
void EXPORT(hide)(int final);
void EXPORT(wake)(void);
void EXPORT(respond)(uint32_t request, int status, size_t limits_length, double retry_after);
size_t EXPORT(session)(void);
size_t EXPORT(save)(unsigned index);
int EXPORT(restore)(size_t length, int killed);
void EXPORT(forget)(void);
int EXPORT(status)(void);
uint32_t EXPORT(count)(int counter);
void EXPORT(close)(void);

static size_t bounded(size_t length) {
    return length <= sizeof the_client.envelope.text ? length : 0;
}

/* Makes the client anew and returns the address of its buffer of CRASHFREE_ENVELOPE_MAX bytes. */
char *init(void) {
    (void)crashfree_init(&the_client, NULL);
    return the_client.envelope.text;
}

int set_text(int option, size_t length) {
    return crashfree_set_text(&the_client, (crashfree_option)option, the_client.envelope.text,
                              bounded(length));
}

void set_number(int option, double value) {
    crashfree_set_number(&the_client, (crashfree_option)option, value);
}

void set_user(size_t length, double at) {
    crashfree_set_user(&the_client, the_client.envelope.text, bounded(length), at);
}

void set_consent(int consent) {
    crashfree_set_consent(&the_client, (crashfree_consent)consent);
}

void start(int announce, double at) {
    crashfree_start_session(&the_client, announce != 0, at);
}

void end(int status, double at) {
    crashfree_end_session(&the_client, (crashfree_session_status)status, at);
}

void error(int kind, double at) {
    crashfree_error(&the_client, (crashfree_error_kind)kind, at);
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
    crashfree_respond(&the_client, request, status, the_client.envelope.text,
                      bounded(limits_length), retry_after);
}

/* Writes the session to the buffer and returns its length. */
size_t session(void) {
    return crashfree_session(&the_client, the_client.envelope.text,
                             sizeof the_client.envelope.text);
}

/* Writes the record of a session to the buffer and returns its length. */
size_t save(unsigned index) {
    return crashfree_save(&the_client, index, the_client.envelope.text,
                          sizeof the_client.envelope.text);
}

int restore(size_t length, int killed) {
    return crashfree_restore(&the_client, the_client.envelope.text, bounded(length), killed != 0);
}

void forget(void) {
    crashfree_forget(&the_client);
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
