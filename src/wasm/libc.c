/*
 * The functions of the C library that the module needs for text. Emscripten's read a word at a
 * time, which is several times the code, and the module's texts are short. Compiled with
 * -fno-builtin, lest the compiler make each a call of itself.
 */
#include <string.h>

size_t strlen(const char *text) {
    const char *end = text;

    while (*end != '\0') {
        end++;
    }
    return (size_t)(end - text);
}

int memcmp(const void *left, const void *right, size_t count) {
    const unsigned char *a = left;
    const unsigned char *b = right;

    for (; count > 0; count--, a++, b++) {
        if (*a != *b) {
            return *a - *b;
        }
    }
    return 0;
}
