#include "text.h"

#include <stdint.h>
#include <string.h>

/* Length of the UTF-8 character at `text`, 0 if there is no valid one (RFC 3629). */
static size_t character(const unsigned char *text, size_t length) {
    uint32_t code = text[0];
    uint32_t least = 0; /* less would be an overlong form */
    size_t size = 1;

    if (code >= 0xf0) {
        code -= 0xf0;
        least = 0x10000;
        size = 4;
    } else if (code >= 0xe0) {
        code -= 0xe0;
        least = 0x800;
        size = 3;
    } else if (code >= 0x80) {
        /* What cannot be a first byte wraps around, and so becomes too large. */
        code -= 0xc0;
        least = 0x80;
        size = 2;
    }
    if (size > length) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        const uint32_t low = text[i] ^ 0x80U;

        if (low >= 0x40) {
            return 0;
        }
        code = code << 6 | low;
    }
    return code < least || code > 0x10ffff || code >> 11 == 0xd800 >> 11 ? 0 : size;
}

size_t cf_text_copy(char *out, size_t capacity, const char *text, size_t length) {
    static const char replacement[] = "\xef\xbf\xbd";
    size_t total = 0;
    size_t end = 0;

    for (size_t i = 0; i < length;) {
        const char *from = text + i;
        size_t size = character((const unsigned char *)from, length - i);

        i += size == 0 ? 1 : size;
        if (size == 0) {
            from = replacement;
            size = sizeof replacement - 1;
        }
        if (*from == '\0') {
            from = CF_TEXT_NUL;
        }
        if (end == total && total + size <= capacity) {
            memcpy(out + total, from, size);
            end += size;
        }
        total += size;
    }
    out[end] = '\0';
    return total;
}
