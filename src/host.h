/*
 * The host's functions, as the core calls them. native/host.c goes through the client's
 * crashfree_host; in a module wasm/host.c and its boundary call the imports directly instead, which
 * saves a table and a few hundred bytes.
 */
#ifndef CF_HOST_H
#define CF_HOST_H

#include "crashfree.h"

double cf_host_now(const crashfree *client);
double cf_host_monotonic(const crashfree *client);
void cf_host_random(const crashfree *client, unsigned char *bytes, size_t count);
void cf_host_wake(const crashfree *client, double delay);
void cf_host_fetch(const crashfree *client, uint32_t request, const char *url, const char *body,
                   size_t body_length, crashfree_fetch_mode mode);
bool cf_host_before_send(const crashfree *client, const char *session, size_t length);

#endif
