#include "digest.h"

#include <stdint.h>

/* The prime is 2^88 + PRIME_LOW: a multiple of it is one of PRIME_LOW, and the number itself moved up
 * by so many bytes. */
#define PRIME_LOW 0x13bU
#define PRIME_BYTES 11

/* The offset basis of FNV-1a with 128 bits (RFC 9923), in halves. */
#define BASIS_HIGH 0x6c62272e07bb0142U
#define BASIS_LOW 0x62b821756295c58dU

static void put(unsigned char out[8], uint64_t value) {
    for (int i = 7; i >= 0; i--) {
        out[i] = (unsigned char)value;
        value >>= 8;
    }
}

void cf_digest_begin(cf_digest *digest) {
    put(digest->bytes, BASIS_HIGH);
    put(digest->bytes + 8, BASIS_LOW);
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
