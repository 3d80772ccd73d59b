#include "dsn.h"

#include "text.h"

#include <string.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* The end of the characters that a key, a host and a part of the path are made of, and `other`. */
static const char *skip(const char *text, char other) {
    for (;; text++) {
        const char lower = (char)(*text | 0x20);

        if (!is_digit(*text) && (lower < 'a' || lower > 'z') && *text != '-' && *text != '.' &&
            *text != '_' && *text != '~' && *text != '%' && *text != other) {
            return text;
        }
    }
}

static const char *skip_digits(const char *text) {
    while (is_digit(*text)) {
        text++;
    }
    return text;
}

/* What stands behind `word`, or NULL if the text begins with something else. */
static const char *behind(const char *text, const char *word) {
    for (; *word != '\0'; text++, word++) {
        if (*text != *word) {
            return NULL;
        }
    }
    return text;
}

static char *append(char *out, const char *text, const char *end) {
    const size_t length = (size_t)(end - text);

    memcpy(out, text, length);
    return out + length;
}

static char *append_text(char *out, const char *text) {
    return append(out, text, text + strlen(text));
}

bool cf_dsn_parse(cf_dsn *dsn, const char *text, size_t length) {
    if (cf_text_copy_trimmed(dsn->text, CRASHFREE_URL_MAX, text, length) > CRASHFREE_URL_MAX) {
        return false;
    }
    const char *key = behind(dsn->text, "http");

    if (key != NULL) {
        key = behind(key + (*key == 's'), "://");
    }
    if (key == NULL) {
        return false;
    }
    const char *const key_end = skip(key, '-');
    const char *const at = *key_end == ':' ? skip(key_end + 1, '-') : key_end;
    const char *const host = at + 1;

    if (key_end == key || *at != '@') {
        return false;
    }
    const bool literal = *host == '[';
    const char *const name = host + literal;
    const char *host_end = skip(name, literal ? ':' : '-');

    if (host_end == name || (literal && *host_end++ != ']')) {
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
    const char *project;
    const char *end = host_end;

    do {
        if (*end != '/') {
            return false;
        }
        project = end + 1;
        end = skip(project, '-');
    } while (end[*end == '/'] != '\0');
    if (end == project || skip_digits(project) != end) {
        return false;
    }

    char *out = append(dsn->endpoint, dsn->text, key);

    out = append(out, host, project);
    out = append_text(out, "api/");
    out = append(out, project, end);
    out = append_text(out, "/envelope/?sentry_version=7&sentry_key=");
    out = append(out, key, key_end);
    *append_text(out, "&sentry_client=crashfree%2F" CRASHFREE_VERSION) = '\0';
    return true;
}
