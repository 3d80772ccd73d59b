/* A short name for a long text: FNV-1a with 128 bits (RFC 9923). It tells texts apart that nobody makes
 * collide on purpose, which is all that is asked of it here. */
#ifndef CF_DIGEST_H
#define CF_DIGEST_H

#include <stddef.h>

#define CF_DIGEST_BYTES 16

/* The highest byte first. */
typedef struct cf_digest {
    unsigned char bytes[CF_DIGEST_BYTES];
} cf_digest;

void cf_digest_begin(cf_digest *digest);
void cf_digest_add(cf_digest *digest, const void *data, size_t size);

#endif
