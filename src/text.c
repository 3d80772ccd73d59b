#include "text.h"

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

size_t cf_text_copy_trimmed(char *out, size_t capacity, const char *text, size_t length) {
    while (length > 0 && is_space(text[length - 1])) {
        length--;
    }
    while (length > 0 && is_space(*text)) {
        text++;
        length--;
    }
    return cf_text_copy(out, capacity, text, length);
}

bool cf_text_is(const char *text, const char *lower) {
    for (; *lower != '\0'; text++, lower++) {
        if ((*text | 0x20) != *lower) {
            return false;
        }
    }
    return *text == '\0';
}

void cf_text_hex(char *out, const unsigned char *bytes, size_t count) {
    static const char digits[] = "0123456789abcdef";

    for (; count > 0; count--, bytes++) {
        *out++ = digits[*bytes >> 4];
        *out++ = digits[*bytes & 15];
    }
}

char *cf_text_digits(char *out, uint32_t value, int count) {
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + count;
}

char *cf_text_number(char *end, uint32_t value) {
    do {
        *--end = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return end;
}
