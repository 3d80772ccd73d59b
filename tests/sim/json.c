#include "json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

json json_open(const char *text, size_t length) {
    const json reader = {text, text + length, false};

    return reader;
}

static bool fail(json *reader) {
    reader->failed = true;
    reader->at = reader->end;
    return false;
}

static void skip_space(json *reader) {
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' ||
                                        *reader->at == '\n' || *reader->at == '\r')) {
        reader->at++;
    }
}

bool json_done(const json *reader) {
    json rest = *reader;

    skip_space(&rest);
    return !rest.failed && rest.at == rest.end;
}

char json_peek(json *reader) {
    skip_space(reader);
    if (reader->at == reader->end) {
        return 0;
    }
    return *reader->at == '-' || (*reader->at >= '0' && *reader->at <= '9') ? '0' : *reader->at;
}

static bool take(json *reader, char wanted) {
    skip_space(reader);
    if (reader->at == reader->end || *reader->at != wanted) {
        return fail(reader);
    }
    reader->at++;
    return true;
}

/* Opens the container or goes on to its next part; false at its end. */
static bool next_part(json *reader, bool first, char open, char close) {
    if (first && !take(reader, open)) {
        return false;
    }
    if (json_peek(reader) == close) {
        reader->at++;
        return false;
    }
    return !reader->failed && (first || take(reader, ','));
}

bool json_member(json *reader, bool first, char *key, size_t capacity) {
    return next_part(reader, first, '{', '}') && json_text(reader, key, capacity) &&
           take(reader, ':');
}

bool json_element(json *reader, bool first) {
    return next_part(reader, first, '[', ']');
}

static bool hex4(json *reader, uint32_t *out) {
    *out = 0;
    for (int i = 0; i < 4; i++, reader->at++) {
        static const char digits[] = "0123456789abcdef";
        const char c = reader->at < reader->end ? *reader->at : 'x';
        const char *digit = strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);

        if (digit == NULL || *digit == '\0') {
            return fail(reader);
        }
        *out = *out * 16 + (uint32_t)(digit - digits);
    }
    return true;
}

static bool escape(json *reader, uint32_t *out) {
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";

    if (reader->at == reader->end) {
        return fail(reader);
    }
    const char c = *reader->at++;

    if (c == 'u') {
        uint32_t low = 0;

        if (!hex4(reader, out)) {
            return false;
        }
        if (*out < 0xd800 || *out > 0xdfff) {
            return true;
        }
        if (*out > 0xdbff || reader->end - reader->at < 6 || reader->at[0] != '\\' ||
            reader->at[1] != 'u') {
            return fail(reader);
        }
        reader->at += 2;
        if (!hex4(reader, &low) || low < 0xdc00 || low > 0xdfff) {
            return fail(reader);
        }
        *out = 0x10000 + ((*out - 0xd800) << 10) + (low - 0xdc00);
        return true;
    }
    const char *name = c == '\0' ? NULL : strchr(names, c);

    if (name == NULL) {
        return fail(reader);
    }
    *out = (unsigned char)values[name - names];
    return true;
}

/* Decodes one character of UTF-8 that is not ASCII. */
static bool utf8(json *reader, uint32_t *out) {
    const unsigned char first = (unsigned char)*reader->at++;
    const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};

    if (first < 0xc0 || first > 0xf4 || reader->end - reader->at < more) {
        return fail(reader);
    }
    *out = first & (0x3fU >> more);
    for (int i = 0; i < more; i++) {
        const unsigned char c = (unsigned char)*reader->at++;

        if ((c & 0xc0) != 0x80) {
            return fail(reader);
        }
        *out = *out << 6 | (c & 0x3f);
    }
    return (*out >= smallest[more] && *out <= 0x10ffff && (*out < 0xd800 || *out > 0xdfff)) ||
           fail(reader);
}

static size_t encode(char *out, uint32_t c) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    const size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[0] = (char)(marks[size] | c);
    return size;
}

bool json_text(json *reader, char *out, size_t capacity) {
    size_t length = 0;

    if (!take(reader, '"')) {
        return false;
    }
    for (;;) {
        if (reader->at == reader->end) {
            return fail(reader);
        }
        uint32_t c = (unsigned char)*reader->at;

        if (c == '"') {
            break;
        }
        if (c == '\\') {
            reader->at++;
            if (!escape(reader, &c)) {
                return false;
            }
        } else if (c >= 0x80) {
            if (!utf8(reader, &c)) {
                return false;
            }
        } else {
            if (c < 0x20) {
                return fail(reader);
            }
            reader->at++;
        }
        if (c == 0 || length + 5 > capacity) {
            return fail(reader);
        }
        length += encode(out + length, c);
    }
    reader->at++;
    out[length] = '\0';
    return true;
}

static bool word(json *reader, const char *text) {
    const size_t length = strlen(text);

    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, text, length) != 0) {
        return fail(reader);
    }
    reader->at += length;
    return true;
}

bool json_bool(json *reader, bool *out) {
    *out = json_peek(reader) == 't';
    return word(reader, *out ? "true" : "false");
}

static size_t digits(json *reader, double *value) {
    size_t count = 0;

    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') {
        *value = *value * 10 + (*reader->at++ - '0');
        count++;
    }
    return count;
}

bool json_number(json *reader, double *out, bool *whole) {
    double rest = 0;
    double sign = 1;

    skip_space(reader);
    const char *start = reader->at;

    *out = 0;
    if (reader->at < reader->end && *reader->at == '-') {
        sign = -1;
        reader->at++;
    }
    const char *first = reader->at;
    const size_t count = digits(reader, out);

    if (count == 0 || (count > 1 && *first == '0')) {
        return fail(reader);
    }
    *whole = true;
    if (reader->at < reader->end && *reader->at == '.') {
        *whole = false;
        reader->at++;
        if (digits(reader, &rest) == 0) {
            return fail(reader);
        }
    }
    if (reader->at < reader->end && (*reader->at == 'e' || *reader->at == 'E')) {
        *whole = false;
        reader->at++;
        if (reader->at < reader->end && (*reader->at == '+' || *reader->at == '-')) {
            reader->at++;
        }
        if (digits(reader, &rest) == 0) {
            return fail(reader);
        }
    }
    if (!*whole) {
        char copy[64] = {0};

        if ((size_t)(reader->at - start) >= sizeof copy) {
            return fail(reader);
        }
        memcpy(copy, start, (size_t)(reader->at - start));
        *out = strtod(copy, NULL);
        return true;
    }
    *out *= sign;
    return true;
}

static bool skip_at(json *reader, int depth) {
    char text[2048];
    double number = 0;
    bool flag = false;

    if (depth > 16) {
        return fail(reader);
    }
    switch (json_peek(reader)) {
    case '{':
        for (bool first = true; json_member(reader, first, text, sizeof text); first = false) {
            (void)skip_at(reader, depth + 1);
        }
        break;
    case '[':
        for (bool first = true; json_element(reader, first); first = false) {
            (void)skip_at(reader, depth + 1);
        }
        break;
    case '"':
        return json_text(reader, text, sizeof text);
    case '0':
        return json_number(reader, &number, &flag);
    case 'n':
        return word(reader, "null");
    default:
        return json_bool(reader, &flag);
    }
    return !reader->failed;
}

bool json_skip(json *reader) {
    return skip_at(reader, 0);
}
