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
IMPORT(before_send) bool cf_import_before_send(const char *session, size_t length);

void cf_host_fetch(const crashfree *client, uint32_t request, const char *url, const char *body,
                   size_t body_length, crashfree_fetch_mode mode) {
    (void)client;
    cf_import_fetch(request, url, strlen(url), body, body_length, (int)mode);
}

bool cf_host_before_send(const crashfree *client, const char *session, size_t length) {
    (void)client;
    return cf_import_before_send(session, length);
}

static crashfree the_client;

char *EXPORT(init)(void);
bool EXPORT(set_text)(crashfree_option option, size_t length);
void EXPORT(set_number)(crashfree_option option, double value);
void EXPORT(set_user)(size_t length, OPTIONAL double at);
void EXPORT(set_consent)(crashfree_consent consent);
void EXPORT(start)(bool announce, OPTIONAL double at);
void EXPORT(end)(crashfree_session_status status, OPTIONAL double at);
void EXPORT(error)(bool unhandled, OPTIONAL double at);
void EXPORT(flush)(void);
void EXPORT(hide)(bool final);
void EXPORT(wake)(void);
void EXPORT(respond)(uint32_t request, int status, size_t limits_length,
                     OPTIONAL double retry_after);
size_t EXPORT(session)(void);
size_t EXPORT(save)(unsigned index);
bool EXPORT(restore)(size_t length, bool killed);
void EXPORT(forget)(void);
crashfree_status EXPORT(status)(void);
uint32_t EXPORT(count)(crashfree_counter counter);
void EXPORT(close)(void);

static size_t bounded(size_t length) {
    return length <= sizeof the_client.envelope.text ? length : 0;
}

/* Makes the client anew and returns the address of its buffer of CRASHFREE_ENVELOPE_MAX bytes. */
char *init(void) {
    (void)crashfree_init(&the_client, NULL);
    return the_client.envelope.text;
}

bool set_text(crashfree_option option, size_t length) {
    return crashfree_set_text(&the_client, option, the_client.envelope.text, bounded(length));
}

void set_number(crashfree_option option, double value) {
    crashfree_set_number(&the_client, option, value);
}

void set_user(size_t length, double at) {
    crashfree_set_user(&the_client, the_client.envelope.text, bounded(length), at);
}

void set_consent(crashfree_consent consent) {
    crashfree_set_consent(&the_client, consent);
}

void start(bool announce, double at) {
    crashfree_start_session(&the_client, announce, at);
}

void end(crashfree_session_status status, double at) {
    crashfree_end_session(&the_client, status, at);
}

void error(bool unhandled, double at) {
    crashfree_error(&the_client, unhandled ? CRASHFREE_ERROR_UNHANDLED : CRASHFREE_ERROR_HANDLED,
                    at);
}

void flush(void) {
    crashfree_flush(&the_client);
}

void hide(bool final) {
    crashfree_hide(&the_client, final);
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

bool restore(size_t length, bool killed) {
    return crashfree_restore(&the_client, the_client.envelope.text, bounded(length), killed);
}

void forget(void) {
    crashfree_forget(&the_client);
}

crashfree_status status(void) {
    return crashfree_get_status(&the_client);
}

uint32_t count(crashfree_counter counter) {
    return crashfree_count(&the_client, counter);
}

void close(void) {
    crashfree_close(&the_client);
}
