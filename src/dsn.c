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

/* Where the parts of a DSN are in its text. */
typedef struct parts {
    const char *key;
    const char *key_end;
    const char *host;
    const char *host_end;
    const char *port; /* without zeros before it; up to `port_end`, empty if there is none */
    const char *port_end;
    const char *project; /* what stands between the port and this is a prefix */
    const char *project_end;
} parts;

/* Finds a key, and a secret that may follow it. Returns what is behind the `@`, or NULL. */
static const char *read_key(parts *parts, const char *text) {
    const char *key = behind(text, "https://");

    if (key == NULL) {
        key = behind(text, "http://");
    }
    if (key == NULL) {
        return NULL;
    }
    parts->key = key;
    parts->key_end = skip(key, '-');
    if (parts->key_end == key) {
        return NULL;
    }
    const char *const end = *parts->key_end == ':' ? skip(parts->key_end + 1, '-') : parts->key_end;

    return *end == '@' ? end + 1 : NULL;
}

/* Finds the host and the port. Returns what is behind them, or NULL. */
static const char *read_host(parts *parts, const char *text) {
    const bool is_literal = *text == '[';
    const char *const name = is_literal ? text + 1 : text;
    const char *end = skip(name, is_literal ? ':' : '-');

    if (end == name) {
        return NULL;
    }
    if (is_literal) {
        if (*end != ']') {
            return NULL;
        }
        end++;
    }
    parts->host = text;
    parts->host_end = end;
    parts->port = end;
    parts->port_end = end;
    if (*end != ':') {
        return end;
    }
    const char *const port = end + 1;

    end = skip_digits(port);
    if (end == port || end > port + 5) {
        return NULL;
    }
    parts->port = port;
    parts->port_end = end;
    while (parts->port < end - 1 && *parts->port == '0') {
        parts->port++;
    }
    return end;
}

/* Finds the project, which is the last part of the path and a number. */
static bool read_project(parts *parts, const char *text) {
    const char *end = text;

    do {
        if (*end != '/') {
            return false;
        }
        parts->project = end + 1;
        end = skip(parts->project, '-');
        /* One slash may stand at the end of all. */
    } while (!(end[0] == '\0' || (end[0] == '/' && end[1] == '\0')));
    parts->project_end = end;
    return end > parts->project && skip_digits(parts->project) == end;
}

static bool is_default_port(const parts *parts, bool is_secure) {
    const char *const end = behind(parts->port, is_secure ? "443" : "80");

    return end != NULL && end == parts->port_end;
}

static char *append_lower(char *out, const char *text, const char *end) {
    for (; text < end; text++) {
        *out++ = (char)(*text >= 'A' && *text <= 'Z' ? *text | 0x20 : *text);
    }
    return out;
}

/* Writes the DSN in its one spelling, and the address that it stands for. */
static void write(cf_dsn *dsn, const char *given, const parts *parts, const char *path) {
    const bool is_secure = behind(given, "https") != NULL;
    char *out = append(dsn->text, given, parts->key_end);
    char *const host = out + 1;

    *out = '@';
    out = append_lower(host, parts->host, parts->host_end);
    if (parts->port < parts->port_end && !is_default_port(parts, is_secure)) {
        *out++ = ':';
        out = append(out, parts->port, parts->port_end);
    }
    out = append(out, path, parts->project);
    char *const project = out;

    out = append(out, parts->project, parts->project_end);
    *out = '\0';

    char *url = append(dsn->endpoint, given, parts->key);

    url = append(url, host, project);
    url = append_text(url, "api/");
    url = append(url, project, out);
    url = append_text(url, "/envelope/?sentry_version=7&sentry_key=");
    url = append(url, parts->key, parts->key_end);
    url = append_text(url, "&sentry_client=crashfree%2F" CRASHFREE_VERSION);
    *url = '\0';
}

bool cf_dsn_parse(cf_dsn *dsn, const char *text, size_t length) {
    char given[CRASHFREE_URL_MAX + 1];
    parts parts;

    if (cf_text_copy_trimmed(given, CRASHFREE_URL_MAX, text, length) > CRASHFREE_URL_MAX) {
        return false;
    }
    const char *const host = read_key(&parts, given);
    const char *const path = host != NULL ? read_host(&parts, host) : NULL;

    if (path == NULL || !read_project(&parts, path)) {
        return false;
    }
    write(dsn, given, &parts, path);
    return true;
}
