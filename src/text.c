#include "text.h"

#include <string.h>

/* Length of the UTF-8 character at `text`, 0 if there is no valid one. Overlong forms, surrogates
 * and values above U+10FFFF are invalid (RFC 3629). */
static size_t character(const unsigned char *text, size_t length) {
    const unsigned char first = text[0];
    size_t size = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;

    if (first != 0 && first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        size = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
        size = 3;
        low = first == 0xe0 ? 0xa0 : 0x80;
        high = first == 0xed ? 0x9f : 0xbf;
    } else if (first >= 0xf0 && first <= 0xf4) {
        size = 4;
        low = first == 0xf0 ? 0x90 : 0x80;
        high = first == 0xf4 ? 0x8f : 0xbf;
    }
    if (size == 0 || size > length) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if (text[i] < low || text[i] > high) {
            return 0;
        }
        low = 0x80;
        high = 0xbf;
    }
    return size;
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
        if (end == total && total + size <= capacity) {
            memcpy(out + total, from, size);
            end += size;
        }
        total += size;
    }
    out[end] = '\0';
    return total;
}

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

void cf_text_trim(const char **text, size_t *length) {
    while (*length > 0 && is_space((*text)[0])) {
        ++*text;
        --*length;
    }
    while (*length > 0 && is_space((*text)[*length - 1])) {
        --*length;
    }
}

bool cf_text_is(const char *text, const char *lower) {
    for (; *lower != '\0'; text++, lower++) {
        const char c = *text >= 'A' && *text <= 'Z' ? (char)(*text | 0x20) : *text;

        if (c != *lower) {
            return false;
        }
    }
    return *text == '\0';
}
