#include "check.h"

#include <sanitizer/asan_interface.h>
#include <string.h>

/* No target frees what is large; strstr is called by the targets alone. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "quarantine_size_mb=4:intercept_strstr=0";
}

typedef struct reader {
    const unsigned char *at;
    const unsigned char *end;
} reader;

static bool value(reader *in);

static bool take(reader *in, char wanted) {
    if (in->at < in->end && *in->at == (unsigned char)wanted) {
        in->at++;
        return true;
    }
    return false;
}

static bool continuation(reader *in, int count, unsigned char low, unsigned char high) {
    for (int i = 0; i < count; i++) {
        if (in->at >= in->end || *in->at < low || *in->at > high) {
            return false;
        }
        in->at++;
        low = 0x80;
        high = 0xbf;
    }
    return true;
}

/* One character that needs no escape; RFC 3629 as a table. */
static bool character(reader *in) {
    const unsigned char first = *in->at++;

    if (first < 0x80) {
        return first >= 0x20;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        return continuation(in, 1, 0x80, 0xbf);
    }
    if (first >= 0xe0 && first <= 0xef) {
        return continuation(in, 2, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf);
    }
    if (first >= 0xf0 && first <= 0xf4) {
        return continuation(in, 3, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf);
    }
    return false;
}

static bool string(reader *in) {
    if (!take(in, '"')) {
        return false;
    }
    while (in->at < in->end && *in->at != '"') {
        if (!take(in, '\\')) {
            if (!character(in)) {
                return false;
            }
        } else if (take(in, 'u')) {
            /* The library has no need for any escape above U+001F. */
            if (in->end - in->at < 4 || memcmp(in->at, "00", 2) != 0 ||
                (in->at[2] != '0' && in->at[2] != '1')) {
                return false;
            }
            in->at += 4;
        } else if (in->at >= in->end || strchr("\"\\bfnrt", *in->at++) == NULL) {
            return false;
        }
    }
    return take(in, '"');
}

static bool number(reader *in) {
    const unsigned char *const start = in->at;

    while (in->at < in->end && *in->at >= '0' && *in->at <= '9') {
        in->at++;
    }
    return in->at > start && (*start != '0' || in->at == start + 1);
}

static bool object(reader *in) {
    if (!take(in, '{')) {
        return false;
    }
    do {
        if (!string(in) || !take(in, ':') || !value(in)) {
            return false;
        }
    } while (take(in, ','));
    return take(in, '}');
}

static bool array(reader *in) {
    if (!take(in, '[')) {
        return false;
    }
    do {
        if (!value(in)) {
            return false;
        }
    } while (take(in, ','));
    return take(in, ']');
}

static bool value(reader *in) {
    if (in->at >= in->end) {
        return false;
    }
    switch (*in->at) {
    case '{':
        return object(in);
    case '[':
        return array(in);
    case '"':
        return string(in);
    case 't':
        for (const char *c = "true"; *c != '\0'; c++) {
            if (!take(in, *c)) {
                return false;
            }
        }
        return true;
    default:
        return number(in);
    }
}

bool check_is_object(const char *text, size_t length) {
    reader in = {(const unsigned char *)text, (const unsigned char *)text + length};

    /* This file reads without AddressSanitizer. */
    REQUIRE(__asan_region_is_poisoned((void *)text, length) == NULL);
    return object(&in) && in.at == in.end;
}

void *check_memory(void **memory, size_t size) {
    if (*memory == NULL) {
        *memory = malloc(size);
        REQUIRE(*memory != NULL);
    }
    return *memory;
}

char *check_copy(const uint8_t *data, size_t size) {
    char *copy = malloc(size > 0 ? size : 1);

    REQUIRE(copy != NULL);
    if (size > 0) {
        memcpy(copy, data, size);
    }
    return copy;
}

uint8_t check_next(const uint8_t **data, size_t *size) {
    if (*size == 0) {
        return 0;
    }
    (*size)--;
    return *(*data)++;
}
