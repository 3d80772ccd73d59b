#include "digest.h"

/* The prime is 2^88 + PRIME_LOW: a multiple of it is one of PRIME_LOW, and the number itself moved up
 * by five parts and a byte. */
#define PRIME_LOW 0x13bU
#define PRIME_PARTS 5

void cf_digest_begin(cf_digest *digest) {
    /* The offset basis, as text since a packed module holds nothing else. */
    static const char basis[] = "6c62272e07bb014262b821756295c58d";
    const char *digit = basis;

    for (int i = CF_DIGEST_PARTS - 1; i >= 0; i--) {
        uint32_t part = 0;

        for (int j = 0; j < 4; j++, digit++) {
            part = part << 4 | (uint32_t)(*digit <= '9' ? *digit - '0' : *digit - 'a' + 10);
        }
        digest->parts[i] = part;
    }
}

void cf_digest_add(cf_digest *digest, const void *data, size_t size) {
    const unsigned char *byte = data;

    for (; size > 0; size--, byte++) {
        const cf_digest before = {
            .parts = {digest->parts[0] ^ *byte, digest->parts[1], digest->parts[2]}};
        uint32_t carry = 0;

        digest->parts[0] = before.parts[0];
        for (int i = 0; i < CF_DIGEST_PARTS; i++) {
            carry += digest->parts[i] * PRIME_LOW;
            if (i >= PRIME_PARTS) {
                carry += before.parts[i - PRIME_PARTS] << 8;
            }
            digest->parts[i] = carry & 0xffff;
            carry >>= 16;
        }
    }
}
