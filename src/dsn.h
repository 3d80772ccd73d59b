/* DSNs and the address that they stand for (protocol 4.2). */
#ifndef CF_DSN_H
#define CF_DSN_H

#include "crashfree.h"

#include <stdbool.h>

/* Room for the longest address: the parts of a DSN, its key last, and the fixed ones around them. */
#define CF_ENDPOINT_MAX (CRASHFREE_URL_MAX + 100)

typedef struct cf_dsn {
    char text[CRASHFREE_URL_MAX + 1];   /* in its one spelling: see crashfree_dsn */
    char endpoint[CF_ENDPOINT_MAX + 1]; /* where envelopes go, key in the query */
} cf_dsn;

/* Parses a DSN. Returns false if it is not one; `dsn` is then not to be used. */
bool cf_dsn_parse(cf_dsn *dsn, const char *text, size_t length);

#endif
