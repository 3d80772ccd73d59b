#include "digest.h"

#include <stdint.h>
#include <string.h>

/* The prime is 2^88 + PRIME_LOW: a multiple of it is one of PRIME_LOW, and the number itself moved up
 * by so many bytes. */
#define PRIME_LOW 0x13bU
#define PRIME_BYTES 11

void cf_digest_begin(cf_digest *digest) {
    /* The offset basis is by definition what 0 becomes with a text, of which each byte is added after
     * a multiplication, and so the last one without any that follows. */
    static const char signature[] = "chongo <Landon Curt Noll> /\\../";

    memset(digest, 0, sizeof *digest);
    cf_digest_add(digest, signature, sizeof signature - 1);
    digest->bytes[CF_DIGEST_BYTES - 1] ^= '\\';
}

void cf_digest_add(cf_digest *digest, const void *data, size_t size) {
    const unsigned char *byte = data;

    for (; size > 0; size--, byte++) {
        digest->bytes[CF_DIGEST_BYTES - 1] ^= *byte;
        const cf_digest before = *digest;
        uint32_t carry = 0;

        for (int i = CF_DIGEST_BYTES - 1; i >= 0; i--) {
            carry += before.bytes[i] * PRIME_LOW;
            if (i + PRIME_BYTES < CF_DIGEST_BYTES) {
                carry += before.bytes[i + PRIME_BYTES];
            }
            digest->bytes[i] = (unsigned char)carry;
            carry >>= 8;
        }
    }
}
