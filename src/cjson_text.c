#include "cjson_config.h"

#include <stdbool.h>

int cf_cjson_sprintf(char *out, const char *format, uint32_t value) {
    const bool escape = format[0] == 'u';
    const uint32_t base = escape ? 16 : 10;
    uint32_t unit = escape ? 0x1000 : 1; /* what one of the first digit stands for */
    char *end = out;

    if (escape) {
        *end++ = 'u';
    }
    while (value / unit >= base) {
        unit *= base;
    }
    for (; unit > 0; unit /= base) {
        *end++ = "0123456789abcdef"[value / unit % base];
    }
    *end = '\0';
    return (int)(end - out);
}
