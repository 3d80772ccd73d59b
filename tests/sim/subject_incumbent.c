#include "subject.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIRST_SEND_MS 2000.0

typedef struct incumbent {
    crashfree_host host;
    uint32_t requests;
    double limited; /* until then */
    bool has_session;
    bool first_pending; /* the load's session waits for idle, two seconds or a hidden page */
    bool init;
    int errors;
    const char *status;
    double started;
    char sid[33];
    char did[300];
    char session_did[300];
} incumbent;

static void timestamp(char out[40], double time) {
    const time_t seconds = (time_t)(time / 1000);
    const struct tm *parts = gmtime(&seconds);
    char text[32];

    (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", parts);
    (void)snprintf(out, 40, "%s.%03dZ", text, (int)fmod(time, 1000));
}

static void send(incumbent *client) {
    const double now = client->host.now(client->host.context);
    char sent_at[40];
    char started[40];
    char did[320] = "";
    char body[1200];

    client->first_pending = false;
    if (client->session_did[0] != '\0') {
        (void)snprintf(did, sizeof did, "\"did\":\"%s\",", client->session_did);
    }
    timestamp(sent_at, now);
    timestamp(started, client->started);
    const int length = snprintf(
        body, sizeof body,
        "{\"sent_at\":\"%s\",\"sdk\":{\"name\":\"incumbent\"}}\n{\"type\":\"session\"}\n"
        "{\"sid\":\"%s\",\"init\":%s,\"started\":\"%s\",\"timestamp\":\"%s\",\"status\":\"%s\","
        "\"errors\":%d,%s\"attrs\":{\"release\":\"shop@1.4.0\",\"environment\":\"production\"}}",
        sent_at, client->sid, client->init ? "true" : "false", started, sent_at, client->status,
        client->errors, did);

    /* Whatever becomes of the request. */
    client->init = false;
    if (client->host.monotonic(client->host.context) >= client->limited) {
        client->host.fetch(client->host.context, ++client->requests, "", 0, body, (size_t)length,
                           CRASHFREE_FETCH_NORMAL);
    }
}

static size_t size(void) {
    return sizeof(incumbent);
}

static void init(void *memory, const crashfree_host *host) {
    incumbent *client = memory;

    memset(client, 0, sizeof *client);
    client->host = *host;
}

static void begin(incumbent *client) {
    unsigned char bytes[16];

    client->host.random(client->host.context, bytes, sizeof bytes);
    for (int i = 0; i < 16; i++) {
        const unsigned byte = i == 6   ? (bytes[i] & 15) | 0x40
                              : i == 8 ? (bytes[i] & 63) | 0x80
                                       : bytes[i];

        (void)snprintf(client->sid + 2 * (size_t)i, 3, "%02x", byte);
    }
    client->has_session = true;
    client->init = true;
    client->errors = 0;
    client->status = "ok";
    client->started = client->host.now(client->host.context);
    memcpy(client->session_did, client->did, sizeof client->did);
}

static void start(void *memory, bool announce, double at) {
    (void)at;
    incumbent *client = memory;

    if (client->has_session) {
        if (strcmp(client->status, "ok") == 0) {
            client->status = "exited";
        }
        send(client); /* a session that crashed: once more */
    }
    begin(client);
    if (announce) {
        send(client);
    } else {
        client->first_pending = true;
        client->host.wake(client->host.context, FIRST_SEND_MS);
    }
}

static void error(void *memory, crashfree_error_kind kind, double at) {
    (void)at;
    incumbent *client = memory;

    if (strcmp(client->status, "ok") != 0 ||
        (client->errors > 0 && kind != CRASHFREE_ERROR_UNHANDLED)) {
        return;
    }
    client->errors = 1;
    if (kind == CRASHFREE_ERROR_UNHANDLED) {
        client->status = "crashed";
    }
    send(client);
}

static void user(void *memory, const char *id, size_t length) {
    incumbent *client = memory;

    (void)length;
    if (strcmp(client->did, id) == 0) {
        return;
    }
    (void)snprintf(client->did, sizeof client->did, "%s", id);
    if (client->has_session && client->session_did[0] == '\0') {
        memcpy(client->session_did, client->did, sizeof client->did);
        if (!client->init) {
            send(client);
        }
    }
}

static void send_first(void *memory) {
    incumbent *client = memory;

    if (client->first_pending) {
        send(client);
    }
}

static void hide(void *memory, bool final) {
    (void) final;
    send_first(memory);
}

static void respond(void *memory, uint32_t request, int status, const char *limits,
                    size_t limits_length, double retry_after) {
    incumbent *client = memory;
    double seconds = -1;

    (void)request;
    if (limits_length > 0) {
        for (const char *limit = limits; limit != NULL; limit = strchr(limit, ',')) {
            char *rest = NULL;
            const double delay = strtod(limit += *limit == ',', &rest);
            const char *categories = strchr(limit, ':');
            const size_t size = categories == NULL ? 0 : strcspn(categories + 1, ":,");
            char text[64] = "";

            if (categories != NULL && size < sizeof text) {
                memcpy(text, categories + 1, size);
            }
            if (size == 0 || strstr(text, "session") != NULL) {
                seconds = rest == limit ? 60 : delay;
            }
        }
    } else if (status == 429) {
        seconds = retry_after >= 0 ? retry_after : 60;
    }
    if (seconds >= 0) {
        client->limited = client->host.monotonic(client->host.context) + seconds * 1000;
    }
}

const subject subject_incumbent = {.name = "incumbent's policy",
                                   .size = size,
                                   .init = init,
                                   .start = start,
                                   .error = error,
                                   .user = user,
                                   .flush = send_first,
                                   .hide = hide,
                                   .wake = send_first,
                                   .respond = respond};
