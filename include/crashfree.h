/*
 * crashfree: release health for the web.
 *
 * A client holds one release and opens, updates and ends Sentry-compatible sessions. It does no
 * input or output of its own: clocks, randomness, the timer and the network are functions that the
 * host passes in, so that the same code runs in a page (through WebAssembly), in tests and under a
 * simulator. "protocol" below is src/PROTOCOL.md, which says what the server expects; where a rule
 * is the server's, the section is named.
 *
 *   crashfree *client = crashfree_init(memory, &host);   // memory has crashfree_size() bytes
 *   crashfree_set_text(client, CRASHFREE_OPTION_DSN, dsn, dsn_length);
 *   crashfree_set_text(client, CRASHFREE_OPTION_RELEASE, "shop@1.4.0", 10);
 *   crashfree_start_session(client, true, NAN);           // announced with the next host->fetch
 *   crashfree_error(client, CRASHFREE_ERROR_UNHANDLED, NAN);
 *   crashfree_respond(client, request, 200, "", 0, -1);   // what the server answered to it
 *
 * Conventions
 *  - Text is (pointer, length) in UTF-8 and need not end in NUL. It is copied before a call
 *    returns. Of an empty one the pointer may be NULL. Bytes that are not UTF-8, lone surrogates among
 *    them, become U+FFFD (protocol 1.1), and U+0000 becomes U+001A. The module leaves the former to its
 *    host.
 *  - Times are milliseconds in a double. Wall times count from the Unix epoch.
 *  - A client belongs to one thread. Of the host's functions `fetch` and `before_send` may call back
 *    into the client that called them; the others must not.
 *  - No function fails in a way that the caller must handle: what cannot be sent is kept, or
 *    counted as lost with a reason (crashfree_count).
 *  - Nothing that a host gives can do harm: a number that is no value of its enumeration, a clock
 *    that is no number or goes back, a record that somebody else wrote.
 *
 * When things happened
 *  A function that tells of a fact takes the moment `at` when it happened, on the monotonic clock of
 *  the host, so that a host may note facts first and tell of them later, in their order. NaN is now,
 *  after all that was told before, as is a moment in the future. A session begins no earlier than
 *  the last fact of the one before it, and no longer ago than the server takes.
 *
 *  An error belongs to the session that was running at `at`. If the running session began later, or
 *  none is running, the one of that time takes the error as long as its end as `exited` is not in a
 *  request yet, and leaves as crashed or errored instead. If that end has left, or the session is
 *  forgotten, the running session takes it; if nothing was running at `at`, nobody does. At the very
 *  moment of a start the session that starts is running.
 */
#ifndef CRASHFREE_H
#define CRASHFREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CRASHFREE_VERSION "0.1.0"

/* Longest release name in bytes of UTF-8 (protocol 6.1). */
#define CRASHFREE_RELEASE_MAX 200
/* Longest environment name in bytes of UTF-8 (protocol 6.1). */
#define CRASHFREE_ENVIRONMENT_MAX 64
/* Longest user id in bytes of UTF-8 that travels as it is. The server has no limit (protocol 1.1);
 * OpenID Connect Core bounds the subject identifier at 255. Of a longer id a digest travels, since a
 * cut one could be somebody else's: `crashfree:` and the 32 hexadecimal digits of its FNV-1a hash
 * with 128 bits (RFC 9923). */
#define CRASHFREE_USER_ID_MAX 255
/* Longest user agent that is sent, in bytes; the rest is cut (it only feeds inbound filters). */
#define CRASHFREE_USER_AGENT_MAX 320
/* Longest DSN, and longest tunnel address, in bytes. */
#define CRASHFREE_URL_MAX 512
/* Sessions that a client keeps while they cannot be delivered; the server takes 100 items in one
 * envelope (protocol 4.4), memory is why there are fewer. */
#define CRASHFREE_SESSIONS_MAX 64
/* Bytes of the longest envelope; well within the browsers' 64 KiB for keepalive (protocol 4.3). */
#define CRASHFREE_ENVELOPE_MAX 30000
/* A load session is announced after this many milliseconds at the latest (protocol 3.4). */
#define CRASHFREE_FIRST_SEND_MS 2000
/* Sessions that may be opened in a minute, unless an option says otherwise: no person navigates
 * faster; a routing loop does. */
#define CRASHFREE_PER_MINUTE_DEFAULT 100
/* The server drops sessions that started earlier than this, to the millisecond (protocol 1.3). */
#define CRASHFREE_AGE_MAX_MS (5.0 * 24 * 60 * 60 * 1000)
/* So much earlier a session is taken to be too old here, for the way to the server. */
#define CRASHFREE_AGE_MARGIN_MS 60000
/* Answers that refuse a session, or a minute's counts, before they are given up as `send_error`. */
#define CRASHFREE_REFUSALS_MAX 3
/* Room for the longest record of crashfree_save: 60 bytes, a user id, and the NUL. */
#define CRASHFREE_RECORD_MAX 316
/* Length of a session's id, with which its record begins: 32 hexadecimal digits. */
#define CRASHFREE_SID_LENGTH 32
/* The byte of a record that is `1` if something of the session is waiting for the server, else `0`. */
#define CRASHFREE_RECORD_DUE 33

/* Whether sessions are being sent and, if not, why. The values never change their meaning. */
typedef enum crashfree_status {
    CRASHFREE_STATUS_ACTIVE = 0,
    CRASHFREE_STATUS_NO_DSN = 1,
    CRASHFREE_STATUS_INVALID_DSN = 2,
    CRASHFREE_STATUS_NO_RELEASE = 3,
    CRASHFREE_STATUS_INVALID_RELEASE = 4, /* too long, reserved, or with a forbidden character */
    CRASHFREE_STATUS_CONSENT_PENDING = 5,
    CRASHFREE_STATUS_CONSENT_DENIED = 6,
    CRASHFREE_STATUS_RATE_LIMITED = 7,      /* sessions are kept until the server's limit ends */
    CRASHFREE_STATUS_SAMPLED_OUT = 8,       /* the running or last session is not in the sample */
    CRASHFREE_STATUS_TOO_MANY_SESSIONS = 9, /* the limit per minute was reached; see its option */
    CRASHFREE_STATUS_CLOSED = 10,
    CRASHFREE_STATUS_INVALID_TUNNEL = 11, /* longer than CRASHFREE_URL_MAX; an empty one is none */
    /* Sessions arrive, but their answers cannot be read: each is sent once, and no limit is seen. */
    CRASHFREE_STATUS_ANSWERS_UNREADABLE = 12,
    /* Something else answers in the server's place; sessions are kept until it is the server. */
    CRASHFREE_STATUS_ANSWERS_FOREIGN = 13
} crashfree_status;

/* Options, set before the first session with crashfree_set_text or crashfree_set_number. */
typedef enum crashfree_option {
    /* Texts. */
    CRASHFREE_OPTION_DSN = 0,         /* scheme://key@host[:port][/prefix]/project (protocol 4.2) */
    CRASHFREE_OPTION_RELEASE = 1,     /* required; trimmed; at most CRASHFREE_RELEASE_MAX */
    CRASHFREE_OPTION_ENVIRONMENT = 2, /* an invalid name is left out, sessions go on */
    CRASHFREE_OPTION_USER_AGENT = 3,  /* for the server's inbound filters */
    CRASHFREE_OPTION_TUNNEL = 4,      /* an address that forwards envelopes; no key is put in it */

    /* Numbers. */
    CRASHFREE_OPTION_SAMPLE_RATE = 5,  /* share of sessions sent, default 1: crashfree_set_number */
    CRASHFREE_OPTION_CONSENT = 6,      /* a crashfree_consent, default granted; others deny */
    CRASHFREE_OPTION_UNHANDLED = 7,    /* CRASHFREE_SESSION_UNHANDLED, or _CRASHED: default */
    CRASHFREE_OPTION_PER_MINUTE = 8,   /* most sessions a minute, default 100; 0: no limit */
    CRASHFREE_OPTION_REPORTS = 9,      /* 0 sends no client reports, default 1 (protocol 5.2) */
    CRASHFREE_OPTION_BEFORE_SEND = 10, /* 1 asks host->before_send about each item, default 0 */
    CRASHFREE_OPTIONS = 11             /* how many there are, no option */
} crashfree_option;

typedef enum crashfree_consent {
    CRASHFREE_CONSENT_GRANTED = 0,
    CRASHFREE_CONSENT_PENDING = 1, /* count, send nothing, keep only the running session */
    CRASHFREE_CONSENT_DENIED = 2   /* forget everything, send nothing */
} crashfree_consent;

/* The state of one session (protocol 1.2). All but `ok` are final: after one of them nothing
 * changes the session any more, and its end is delivered once. */
typedef enum crashfree_session_status {
    CRASHFREE_SESSION_OK = 0,
    CRASHFREE_SESSION_EXITED = 1,
    CRASHFREE_SESSION_CRASHED = 2,
    CRASHFREE_SESSION_UNHANDLED = 3, /* an uncaught error was survived; server >= 25.9.0 */
    CRASHFREE_SESSION_ABNORMAL = 4
} crashfree_session_status;

typedef enum crashfree_error_kind {
    CRASHFREE_ERROR_HANDLED = 0,  /* caught by the app: the session counts as errored */
    CRASHFREE_ERROR_UNHANDLED = 1 /* uncaught: the session ends as the option says */
} crashfree_error_kind;

/* What crashfree_count counts. From CRASHFREE_COUNT_QUEUE_OVERFLOW to CRASHFREE_COUNT_BACKPRESSURE:
 * sessions that will not be delivered, each by the reason that client reports give, which is the
 * constant's name. */
typedef enum crashfree_counter {
    CRASHFREE_COUNT_STARTED = 0,           /* sessions opened */
    CRASHFREE_COUNT_ACCEPTED = 1,          /* sessions whose `init` the server took */
    CRASHFREE_COUNT_REQUESTS = 2,          /* calls of host->fetch */
    CRASHFREE_COUNT_QUEUE_OVERFLOW = 3,    /* more than CRASHFREE_SESSIONS_MAX waiting */
    CRASHFREE_COUNT_RATELIMIT_BACKOFF = 4, /* the page ended within a rate limit */
    CRASHFREE_COUNT_NETWORK_ERROR = 5,     /* not delivered within CRASHFREE_AGE_MAX_MS */
    CRASHFREE_COUNT_SEND_ERROR = 6,        /* the server refused it repeatedly */
    CRASHFREE_COUNT_SAMPLE_RATE = 7,       /* not in the sample */
    CRASHFREE_COUNT_BEFORE_SEND = 8,       /* discarded by host->before_send */
    CRASHFREE_COUNT_BACKPRESSURE = 9,      /* beyond option CRASHFREE_OPTION_PER_MINUTE */
    CRASHFREE_COUNT_FOREIGN_ANSWERS = 10,  /* answers that were not the server's: not sessions */
    CRASHFREE_COUNTERS = 11                /* how many there are, no counter */
} crashfree_counter;

/* How a request should be made; the values are added up. */
typedef enum crashfree_fetch_mode {
    CRASHFREE_FETCH_NORMAL = 0,
    /* The page may end with this call: use what outlives it. */
    CRASHFREE_FETCH_AT_EXIT = 1,
    /*
     * The body is an envelope without items, which asks whether the server can be reached, and
     * whether its answers can be read. If this gets no answer the host makes the same request again
     * in a way that needs no permission to read the answer (in a page: mode `no-cors`), and reports
     * CRASHFREE_ANSWER_OPAQUE if that one comes through.
     */
    CRASHFREE_FETCH_PROBE = 2,
    /* Answers cannot be read here: make the request in that other way alone. */
    CRASHFREE_FETCH_OPAQUE = 4
} crashfree_fetch_mode;

/* What a host reports in place of an HTTP status if it has none to report. */
typedef enum crashfree_answer {
    CRASHFREE_ANSWER_NONE = 0,    /* no answer, or one that the host was not allowed to see */
    CRASHFREE_ANSWER_OPAQUE = 1,  /* the request arrived, its answer cannot be read */
    CRASHFREE_ANSWER_FOREIGN = 2, /* an answer that is evidently not the server's: a login page */
    /* No answer, to a request that does not outlive the page: most likely it never left. */
    CRASHFREE_ANSWER_CUT = 3
} crashfree_answer;

/*
 * What the host does for a client. All functions but before_send are required. `context` is passed
 * through. Text arguments are valid during the call only.
 */
typedef struct crashfree_host {
    void *context;

    /* Wall clock. It may jump. */
    double (*now)(void *context);

    /* A clock that never goes back and is never negative, of any origin. */
    double (*monotonic)(void *context);

    /* Fills `bytes` with `count` random bytes (session ids, sampling, jitter). If it writes nothing,
     * or the same again, ids come from the clocks instead. */
    void (*random)(void *context, unsigned char *bytes, size_t count);

    /*
     * Asks for a call of crashfree_wake after `delay` milliseconds (0: as its own task, soon). Each
     * call replaces the one before; there is one timer.
     */
    void (*wake)(void *context, double delay);

    /*
     * Sends `body` by POST to `url` and reports the answer with crashfree_respond and `request`, later
     * or, if it waits for the answer, from within this call. The body is text: with no header of its
     * own the request needs no preflight (protocol 4.3).
     */
    void (*fetch)(void *context, uint32_t request, const char *url, size_t url_length,
                  const char *body, size_t body_length, crashfree_fetch_mode mode);

    /*
     * Returns false to discard a session for good. `session` is the item about to be sent, as JSON
     * (protocol 1.1). Called only with option CRASHFREE_OPTION_BEFORE_SEND; may be NULL otherwise.
     */
    bool (*before_send)(void *context, const char *session, size_t length);
} crashfree_host;

typedef struct crashfree crashfree;

/* Bytes that a client takes; the memory must be aligned as for malloc. */
size_t crashfree_size(void);

/*
 * Makes a client with default options in `memory`, which has crashfree_size() bytes and belongs to
 * the caller, who gives it back when the client is no longer used. A copy of `host` is kept. It may be
 * NULL only in a WebAssembly module, whose imports are the host.
 */
crashfree *crashfree_init(void *memory, const crashfree_host *host);

/*
 * Sets an option that is text. Returns false if the text is not valid: a DSN, tunnel or release
 * then shows in crashfree_get_status, an environment is left out. Of an option that is no text it
 * returns false, too, and does nothing.
 */
bool crashfree_set_text(crashfree *client, crashfree_option option, const char *text,
                        size_t length);

/*
 * Sets an option that is a number; of any other it does nothing. All but the sample rate are whole:
 * fractions are cut, and what is below 0, above 2^32 - 1 or no number is 2^32 - 1, which is no consent
 * and as good as no limit. Of the sample rate, which is from 0 to 1, more than 1 is all, and less than
 * 0 or no number is none.
 */
void crashfree_set_number(crashfree *client, crashfree_option option, double value);

/* Whether sessions are being sent and, if not, why; the first reason that applies. */
crashfree_status crashfree_get_status(const crashfree *client);

/*
 * Sets who uses the page, as `did` (protocol 9), for the running session and those that follow. The
 * first id of a session that has none becomes part of it, with one update if it was announced
 * already. Another id ends the running session and starts the next. Length 0 is nobody, a logout: it
 * changes nothing until the next session, which then has no id.
 */
void crashfree_set_user(crashfree *client, const char *id, size_t length, double at);

/*
 * Writes the DSN as there is one way to write it to `out` and returns its length; 0 if there is no
 * valid one or `capacity` is below CRASHFREE_URL_MAX + 1. Ends in NUL. The host is in lower case; a
 * port that is the scheme's own, a secret, and a slash at the end are left out: two DSNs are the
 * same if this is. It is also what a tunnel is told, so that a secret never travels.
 */
size_t crashfree_dsn(const crashfree *client, char *out, size_t capacity);

/*
 * Grants, suspends or denies consent. Granting after pending sends the one running session; after
 * denied it starts one, if there was one before or one was to start meanwhile. Denying forgets all
 * sessions, sent or not. A value that is no consent denies. A closed client keeps the consent that it
 * had.
 */
void crashfree_set_consent(crashfree *client, crashfree_consent consent);

/*
 * Ends the running session, if there is one, as `exited` and starts the next. With `announce` both
 * leave at once in one request: a navigation. Without it the new one waits for the first of
 * crashfree_flush, crashfree_hide, an error, or CRASHFREE_FIRST_SEND_MS after `at`: a page load.
 *
 *   crashfree_start_session(client, true, NAN);
 */
void crashfree_start_session(crashfree *client, bool announce, double at);

/* Ends the running session with a final status; any other is read as CRASHFREE_SESSION_EXITED. */
void crashfree_end_session(crashfree *client, crashfree_session_status status, double at);

/*
 * An error of the page. The first handled one marks the session errored, with one update, which leaves
 * at once unless something of the session is on its way or waits already; one that is not handled ends
 * the session and leaves at once. Which session that is, "When things happened" above says; without one
 * nothing happens. As with a user, a running session that is too old for the server is succeeded by a
 * fresh one first, which takes the error.
 */
void crashfree_error(crashfree *client, crashfree_error_kind kind, double at);

/* Sends what is waiting, unless a rate limit forbids it. It counts as the first try: if it is not
 * answered either, the next one follows after seconds, however many there were before. The host
 * calls this when the network is back. */
void crashfree_flush(crashfree *client);

/*
 * The page was hidden and may end without a further event: sends what is waiting, and counted
 * losses, in CRASHFREE_FETCH_AT_EXIT mode. With `final` the page is certain to end: what a rate
 * limit holds back is counted as dropped, and a request that gets no answer from here on counts as
 * delivered, as browsers cut connections of a page that ends whether or not the server has read
 * them, and a second copy does more harm than a missing one.
 */
void crashfree_hide(crashfree *client, bool final);

/* The time that host->wake asked for is over. Called at another time it sends what is waiting. */
void crashfree_wake(crashfree *client);

/*
 * The answer to request number `request`. `status` is the HTTP status or a crashfree_answer.
 * `limits` is the header X-Sentry-Rate-Limits, empty if absent; `retry_after` is Retry-After in
 * seconds, negative if absent (protocol 5.1).
 *
 * Delivered: 2xx, 429 whose limits do not cover sessions, or an opaque answer. Otherwise the items
 * stay waiting: after a rate limit until it ends; after a foreign answer or a cut with backoff; after any
 * other status they ride along with the next request, a few times at most.
 *
 * No answer can mean that the network failed, or that the items arrived and only the answer could
 * not be read. If the answer before could be read, or this request was made in
 * CRASHFREE_FETCH_OPAQUE mode, it was the network: the items leave again, with backoff. Otherwise
 * they are in doubt, and do not leave again before the client knows: it asks with a request without
 * items (CRASHFREE_FETCH_PROBE), at once and then with backoff, eight times at most until the next
 * crashfree_flush. If that or any other answer can be read, the network is back, and what is in
 * doubt leaves again. If it is opaque, what is in doubt counts as delivered, and from then on
 * requests are made in CRASHFREE_FETCH_OPAQUE mode until an answer can be read. New items do not
 * wait for all this.
 */
void crashfree_respond(crashfree *client, uint32_t request, int status, const char *limits,
                       size_t limits_length, double retry_after);

/*
 * Writes the running or last session as JSON (protocol 1.1) to `out` and returns its length; 0 if
 * there is none or `capacity` is too small. Ends in NUL. `init` tells that it was not announced
 * yet.
 */
size_t crashfree_session(crashfree *client, char *out, size_t capacity);

/*
 * Writes the record of session `index` (0 is the oldest that the client keeps) to `out`, for a host
 * that stores what the next visit is to deliver, and returns its length; 0 if `capacity` is below
 * CRASHFREE_RECORD_MAX. Ends in NUL. A record is text without line breaks that only
 * crashfree_restore reads, but for two things: its first CRASHFREE_SID_LENGTH bytes are the
 * session's id, and its byte CRASHFREE_RECORD_DUE tells whether something is waiting.
 *
 * Returns 0 past the last session and, unless it is the running one, for a session of which nothing
 * is waiting: what is on its way counts as delivered, as a second copy does more harm than a missing
 * one (protocol 3.2). For the same reason a session whose end was told and only `init` is missing
 * is recorded as `exited`.
 */
size_t crashfree_save(const crashfree *client, unsigned index, char *out, size_t capacity);

/* How many sessions crashfree_save can be asked for. */
unsigned crashfree_saveable(const crashfree *client);

/*
 * Takes over a session of an earlier visit from its record; the next crashfree_flush sends it. A
 * session that was running then is abnormal if the page was `killed` while people saw it, with
 * the mechanism `anr_foreground`, and has exited otherwise.
 *
 * Returns false, and does nothing, if the record is not what crashfree_save writes, its session is
 * older than the server takes or is here already, or there is nothing to tell of it. Use a client of
 * its own: the session counts for the release and environment of the client.
 */
bool crashfree_restore(crashfree *client, const char *record, size_t length, bool killed);

/*
 * Forgets all sessions, the running one and those that wait, without counting a loss: a host calls
 * this when it has left their records to a later visit. No session runs until the next one is started.
 */
void crashfree_forget(crashfree *client);

/* A counter since crashfree_init; 0 for a number that names none. */
uint32_t crashfree_count(const crashfree *client, crashfree_counter counter);

/*
 * Sends what is waiting, in CRASHFREE_FETCH_AT_EXIT mode, and ignores every later event of the page. The
 * status is CRASHFREE_STATUS_CLOSED from here on. Answers may still be told; nothing has to be
 * freed but the memory of the client.
 */
void crashfree_close(crashfree *client);

#ifdef __cplusplus
}
#endif

#endif
