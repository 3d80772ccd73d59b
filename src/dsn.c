#include "dsn.h"

#include "text.h"

#include <string.h>

/* The parts of an endpoint that no DSN gives. */
#define API "api/"
#define ENVELOPE "/envelope/?sentry_version=7&sentry_key="
#define SENTRY_CLIENT "&sentry_client=crashfree%2F" CRASHFREE_VERSION

_Static_assert(CRASHFREE_URL_MAX + sizeof API ENVELOPE SENTRY_CLIENT <= CF_ENDPOINT_MAX + 1,
               "the endpoint of the longest DSN fits its room");

/* In place of a character that `skip` does not know: it knows this one. */
#define NO_OTHER '%'

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* The end of what a key, a host or a part of the path is made of: the unreserved characters of RFC 3986,
 * `%`, and `other`. */
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

static char *append_lower(char *out, const char *text, const char *end) {
    for (; text < end; text++) {
        *out++ = (char)(*text >= 'A' && *text <= 'Z' ? *text | 0x20 : *text);
    }
    return out;
}

/* The end of the host at `text`, or NULL if there is none. */
static const char *skip_host(const char *text) {
    const bool is_literal = *text == '[';
    const char *const name = is_literal ? text + 1 : text;
    const char *const end = skip(name, is_literal ? ':' : NO_OTHER);

    if (end == name) {
        return NULL;
    }
    if (is_literal) {
        return *end == ']' ? end + 1 : NULL;
    }
    return end;
}

/* Copies the port that may stand at `*text`, unless it is the scheme's own. Returns where the next
 * character goes, or NULL if there is a colon without a port. */
static char *append_port(char *out, const char **text, const char *own) {
    if (**text != ':') {
        return out;
    }
    const char *port = *text + 1;
    const char *const end = skip_digits(port);

    if (end == port || end > port + 5) {
        return NULL;
    }
    *text = end;
    while (port < end - 1 && *port == '0') {
        port++;
    }
    if (behind(port, own) == end) {
        return out;
    }
    *out++ = ':';
    return append(out, port, end);
}

/* The project, which is the last part of a path and a number; its end is in `*end`. NULL if there is
 * none. */
static const char *find_project(const char *path, const char **end) {
    const char *project = NULL;

    *end = path;
    do {
        if (**end != '/') {
            return NULL;
        }
        project = *end + 1;
        *end = skip(project, NO_OTHER);
        /* One slash may stand at the end of all. */
    } while ((*end)[0] != '\0' && ((*end)[0] != '/' || (*end)[1] != '\0'));
    return *end > project && skip_digits(project) == *end ? project : NULL;
}

bool cf_dsn_parse(cf_dsn *dsn, const char *text, size_t length) {
    char given[CRASHFREE_URL_MAX + 1];

    if (cf_text_copy_trimmed(given, CRASHFREE_URL_MAX, text, length) > CRASHFREE_URL_MAX) {
        return false;
    }
    const char *const secure = behind(given, "https://");
    const char *const key = secure != NULL ? secure : behind(given, "http://");

    if (key == NULL) {
        return false;
    }
    const char *const key_end = skip(key, NO_OTHER);
    /* A secret may follow, which is left out. */
    const char *const at = *key_end == ':' ? skip(key_end + 1, NO_OTHER) : key_end;
    const char *const host = at + 1;

    if (key_end == key || *at != '@') {
        return false;
    }
    const char *path = skip_host(host);

    if (path == NULL) {
        return false;
    }
    char *out = append(dsn->text, given, key_end);

    *out++ = '@';
    char *const new_host = out;

    out = append_port(append_lower(out, host, path), &path, secure != NULL ? "443" : "80");
    const char *end = path;
    const char *const project = out != NULL ? find_project(path, &end) : NULL;

    if (project == NULL) {
        return false;
    }
    out = append(out, path, project);
    char *const new_project = out;

    out = append(out, project, end);
    *out = '\0';

    char *url = append(dsn->endpoint, given, key);

    url = append(url, new_host, new_project);
    url = append_text(url, API);
    url = append(url, project, end);
    url = append_text(url, ENVELOPE);
    url = append(url, key, key_end);
    url = append_text(url, SENTRY_CLIENT);
    *url = '\0';
    return true;
}
