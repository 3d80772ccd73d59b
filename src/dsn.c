#include "dsn.h"

#include "text.h"

#include <string.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Whether `c` may stand in a key, a host or a path prefix, whose other characters are `others`. */
static bool is_word(char c, const char *others) {
    const char letter = (char)(c | 0x20);

    return is_digit(c) || (letter >= 'a' && letter <= 'z') ||
           (c != '\0' && strchr(others, c) != NULL);
}

static const char *skip(const char *text, const char *others) {
    while (is_word(*text, others)) {
        text++;
    }
    return text;
}

static const char *skip_digits(const char *text) {
    while (is_digit(*text)) {
        text++;
    }
    return text;
}

static char *append(char *out, const char *text, size_t length) {
    memcpy(out, text, length);
    return out + length;
}

#define APPEND_LITERAL(out, text) append(out, text, sizeof(text) - 1)

bool cf_dsn_parse(cf_dsn *dsn, const char *text, size_t length) {
    cf_text_trim(&text, &length);
    if (cf_text_copy(dsn->text, CRASHFREE_URL_MAX, text, length) > CRASHFREE_URL_MAX ||
        memcmp(dsn->text, "http", 4) != 0) {
        return false;
    }

    const char *const scheme_end = dsn->text + 4 + (dsn->text[4] == 's');
    const char *const key = scheme_end + 3;

    if (memcmp(scheme_end, "://", 3) != 0) {
        return false;
    }
    const char *const key_end = skip(key, "_-");
    const char *const at = *key_end == ':' ? skip(key_end + 1, "_-") : key_end;
    const char *const host = at + 1;

    if (key_end == key || *at != '@') {
        return false;
    }
    const char *host_end = *host == '[' ? skip(host + 1, ":.") : skip(host, "_-.");

    if (host_end == host + (*host == '[')) {
        return false;
    }
    if (*host == '[' && *host_end++ != ']') {
        return false;
    }
    if (*host_end == ':') {
        const char *const port = host_end + 1;

        host_end = skip_digits(port);
        if (host_end == port || host_end > port + 5) {
            return false;
        }
    }

    /* What stands before the last part of the path is a prefix. */
    const char *project = host_end;
    const char *end = host_end;

    while (*end == '/' && end[1] != '\0') {
        project = end + 1;
        end = skip(project, "_-.~%");
    }
    if (end == project || skip_digits(project) != end || (*end == '/' ? end[1] : *end) != '\0') {
        return false;
    }

    char *out = append(dsn->endpoint, dsn->text, (size_t)(key - dsn->text));

    out = append(out, host, (size_t)(project - host));
    out = APPEND_LITERAL(out, "api/");
    out = append(out, project, (size_t)(end - project));
    out = APPEND_LITERAL(out, "/envelope/?sentry_version=7&sentry_key=");
    out = append(out, key, (size_t)(key_end - key));
    (void)APPEND_LITERAL(out, "&sentry_client=crashfree%2F" CRASHFREE_VERSION "\0");
    return true;
}
