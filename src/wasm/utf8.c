/* The page's TextEncoder writes the texts, and nothing but UTF-8: the module checks none. */
#include "text.h"

size_t cf_text_copy(char *out, size_t capacity, const char *text, size_t length) {
    size_t end = length;

    if (end > capacity) {
        /* The cut is not within a character. */
        for (end = capacity; end > 0 && (text[end] & 0xc0) == 0x80;) {
            end--;
        }
    }
    for (size_t i = 0; i < end; i++) {
        out[i] = text[i] == '\0' ? *CF_TEXT_NUL : text[i];
    }
    out[end] = '\0';
    return length;
}
