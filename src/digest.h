/* A short name for a long text: FNV-1a with 128 bits (RFC 9923). It tells texts apart that nobody makes
 * collide on purpose, which is all that is asked of it here. */
#ifndef CF_DIGEST_H
#define CF_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define CF_DIGEST_PARTS 8

/* 16 bits in each part, the lowest first: products of them need no 64 bits. */
typedef struct cf_digest {
    uint32_t parts[CF_DIGEST_PARTS];
} cf_digest;

void cf_digest_begin(cf_digest *digest);
void cf_digest_add(cf_digest *digest, const void *data, size_t size);

#endif
