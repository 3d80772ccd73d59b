/*
 * The number text that cJSON needs, in place of stdio, which would be most of the module. cJSON.c
 * alone is compiled with sprintf, sscanf and strtod renamed to these. All numbers of an envelope
 * are whole, so `%d`, and `%1.15g` of a whole number, are digits; `u%04x` escapes a control
 * character.
 */
#include <stdarg.h>
#include <stdint.h>

int cf_cjson_sprintf(char *out, const char *format, ...);
int cf_cjson_sscanf(const char *text, const char *format, double *value);
double cf_cjson_strtod(const char *text, char **end);

int cf_cjson_sprintf(char *out, const char *format, ...) {
    char reversed[10];
    int count = 0;
    int length = 0;
    va_list arguments;

    va_start(arguments, format);
    if (format[0] == 'u') {
        const unsigned code = va_arg(arguments, unsigned);

        out[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            out[length++] = "0123456789abcdef"[code >> shift & 15];
        }
    } else {
        uint32_t value =
            format[1] == 'd' ? va_arg(arguments, unsigned) : (uint32_t)va_arg(arguments, double);

        do {
            reversed[count++] = (char)('0' + value % 10);
            value /= 10;
        } while (value != 0);
        while (count > 0) {
            out[length++] = reversed[--count];
        }
    }
    va_end(arguments);
    out[length] = '\0';
    return length;
}

/* cJSON reads a number back to see whether 15 digits were enough: for whole ones they are. It
 * compares `*value` to the number, which stays as cJSON initialised it if nothing was read. */
int cf_cjson_sscanf(const char *text, const char *format, double *value) {
    double result = 0;

    (void)format;
    for (; *text >= '0' && *text <= '9'; text++) {
        result = result * 10 + (*text - '0');
    }
    *value = result;
    return 1;
}

/* Only the parser calls it, and nothing here parses. */
double cf_cjson_strtod(const char *text, char **end) {
    *end = (char *)(uintptr_t)text;
    return 0;
}
