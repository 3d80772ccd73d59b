#include "host.h"

#include "state.h"

#include <string.h>

double cf_host_now(const crashfree *client) {
    return client->host.now(client->host.context);
}

double cf_host_monotonic(const crashfree *client) {
    return client->host.monotonic(client->host.context);
}

void cf_host_random(const crashfree *client, unsigned char *bytes, size_t count) {
    client->host.random(client->host.context, bytes, count);
}

void cf_host_wake(const crashfree *client, double delay) {
    client->host.wake(client->host.context, delay);
}

void cf_host_fetch(const crashfree *client, uint32_t request, const char *url, const char *body,
                   size_t body_length, crashfree_fetch_mode mode) {
    client->host.fetch(client->host.context, request, url, strlen(url), body, body_length, mode);
}

bool cf_host_before_send(const crashfree *client, const char *session, size_t length) {
    return client->host.before_send(client->host.context, session, length);
}
