/* Where envelopes go, and of which release they are: what a page and a server are told alike. */
#ifndef CF_DESTINATION_H
#define CF_DESTINATION_H

#include "dsn.h"
#include "envelope.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct cf_destination {
    crashfree_status dsn_status; /* CRASHFREE_STATUS_ACTIVE, or why there is none */
    crashfree_status release_status;
    bool tunnel_invalid;
    cf_dsn dsn;
    char tunnel[CRASHFREE_URL_MAX + 1];
    cf_attributes attributes;
} cf_destination;

/* Makes it one without a DSN and a release. */
void cf_destination_init(cf_destination *destination);

/* Sets the DSN, the tunnel, the release or the environment; returns whether the text was valid. */
bool cf_destination_set(cf_destination *destination, crashfree_option option, const char *text,
                        size_t length);

/* The first reason why nothing can be sent there, or CRASHFREE_STATUS_ACTIVE. */
crashfree_status cf_destination_status(const cf_destination *destination);

/* The address for requests: the tunnel, or the endpoint of the DSN. */
const char *cf_destination_url(const cf_destination *destination);

/* What the header of an envelope tells a tunnel: the DSN. Empty without a tunnel. */
const char *cf_destination_header_dsn(const cf_destination *destination);

#endif
