/*
 * The server: reads envelopes and counts sessions as Relay and Sentry do (protocol 1.3, 3.2, 4.1),
 * with the drops that no answer tells of. It shares no code with src/.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERVER_SIDS 1024
#define SERVER_DIDS 32
#define SERVER_RELEASES 8
#define SERVER_ITEMS 100
#define SERVER_REASONS 7

typedef enum server_status {
    SERVER_OK,
    SERVER_EXITED,
    SERVER_CRASHED,
    SERVER_UNHANDLED,
    SERVER_ABNORMAL,
    SERVER_OTHER
} server_status;

/* One `session` item. Texts that repeat are interned: equal numbers are equal texts. */
typedef struct server_item {
    char sid[33];
    bool init;
    double started;
    double timestamp;
    server_status status;
    double errors;
    bool killed;     /* abnormal_mechanism is anr_foreground */
    int did;         /* negative: none */
    int release;     /* interned even if it is invalid */
    int environment; /* negative: none; interned like a release */
} server_item;

typedef struct server_envelope {
    bool has_sent_at;
    double sent_at;
    bool has_dsn;
    char dsn[600];
    unsigned count;
    server_item items[SERVER_ITEMS];
    bool has_report;
    double reported[SERVER_REASONS]; /* in the order of server_reasons */
} server_envelope;

extern const char *const server_reasons[SERVER_REASONS];

/* What the server derives for a release. */
typedef struct server_metrics {
    unsigned all;
    unsigned errored_all;
    unsigned crashed;
    unsigned abnormal;
    unsigned unhandled;
    unsigned users;
    unsigned users_errored;
    unsigned users_crashed;
    unsigned users_abnormal;
    unsigned users_unhandled;
} server_metrics;

typedef struct server_sid {
    char sid[33];
    int release; /* of the last item that counted */
    unsigned inits;
    unsigned crashed;
    unsigned abnormal;
    unsigned unhandled;
    unsigned exited;
    bool errored;
    uint32_t dids;
} server_sid;

typedef struct server {
    unsigned sid_count;
    server_sid sids[SERVER_SIDS];
    unsigned did_count;
    char dids[SERVER_DIDS][1024];
    unsigned text_count;
    char texts[2 * SERVER_RELEASES][1024];
    uint32_t users[SERVER_RELEASES * 2][5]; /* by release: all, errored, crashed, abnormal, ... */
} server;

void server_reset(server *server);

/* Reads an envelope. Returns NULL, or why Relay would reject it or drop something of it. */
const char *server_read(server *server, const char *body, size_t length, server_envelope *out);

/* Reads one session's JSON; NULL or what is wrong. */
const char *server_read_session(server *server, const char *text, size_t length, server_item *out);

/* Counts an item. Returns NULL, or why the server drops it in silence. */
const char *server_take(server *server, const server_item *item, bool has_sent_at, double sent_at,
                        double received);

/* What the server knows of a session; NULL if nothing. */
const server_sid *server_find(const server *server, const char *sid);

server_metrics server_derive(const server *server, const char *release);

#endif
