/* A client whose numbers are compared: the core, or a stand-in. Only page events are common. */
#ifndef SIM_SUBJECT_H
#define SIM_SUBJECT_H

#include "crashfree.h"

#include <math.h>

typedef struct subject {
    const char *name;
    /* Whether it is crashfree, whose every rule is checked and every option set. */
    bool is_core;
    size_t (*size)(void);
    void (*init)(void *memory, const crashfree_host *host);
    void (*start)(void *client, bool announce, double at);
    void (*error)(void *client, crashfree_error_kind kind, double at);
    void (*user)(void *client, const char *id, size_t length);
    void (*flush)(void *client);
    void (*hide)(void *client, bool final);
    void (*wake)(void *client);
    void (*respond)(void *client, uint32_t request, int status, const char *limits,
                    size_t limits_length, double retry_after);
} subject;

extern const subject subject_crashfree;

/* A plain model of the policy of Sentry's SDK for browsers (protocol 7.1 and 7.2): `init` is
 * cleared when it is sent, nothing is retried, and a session that crashed is sent once more by the
 * next navigation or change of user. */
extern const subject subject_incumbent;

#endif
