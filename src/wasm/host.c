/* The clocks, the chance and the timer of a module's host, which are the same for a page and a server. */
#include "host.h"

#include "boundary.h"

IMPORT(now) double cf_import_now(void);
IMPORT(monotonic) double cf_import_monotonic(void);
IMPORT(random) void cf_import_random(unsigned char *bytes, size_t count);
IMPORT(wake) void cf_import_wake(double delay);

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
