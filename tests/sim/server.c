#include "server.h"

#include "json.h"

#include <math.h>
#include <string.h>

#define DRIFT_MS (55.0 * 60000)
#define PAST_MS (5.0 * 86400000)
#define FUTURE_MS 60000.0

const char *const server_reasons[SERVER_REASONS] = {
    "queue_overflow", "ratelimit_backoff", "network_error", "send_error",
    "sample_rate",    "before_send",       "backpressure"};

void server_reset(server *server) {
    server->sid_count = 0;
    server->did_count = 0;
    server->text_count = 0;
    memset(server->users, 0, sizeof server->users);
}

static int intern(char (*table)[1024], unsigned *count, unsigned most, const char *text) {
    for (unsigned i = 0; i < *count; i++) {
        if (strcmp(table[i], text) == 0) {
            return (int)i;
        }
    }
    if (*count == most) {
        return (int)most - 1;
    }
    memcpy(table[*count], text, strlen(text) + 1);
    return (int)(*count)++;
}

static bool number_at(const char *text, int count, int *out) {
    *out = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        *out = *out * 10 + (text[i] - '0');
    }
    return true;
}

/* RFC 3339 with a zone; days by the civil calendar. */
static bool read_time(const char *text, double *out) {
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    double ms = 0;
    double scale = 100;

    if (strlen(text) < 20 || !number_at(text, 4, &year) || text[4] != '-' ||
        !number_at(text + 5, 2, &month) || text[7] != '-' || !number_at(text + 8, 2, &day) ||
        text[10] != 'T' || !number_at(text + 11, 2, &hour) || text[13] != ':' ||
        !number_at(text + 14, 2, &minute) || text[16] != ':' || !number_at(text + 17, 2, &second) ||
        month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    text += 19;
    if (*text == '.') {
        if (*++text < '0' || *text > '9') {
            return false;
        }
        for (; *text >= '0' && *text <= '9'; text++, scale /= 10) {
            ms += (*text - '0') * scale;
        }
    }
    if (strcmp(text, "Z") != 0) {
        return false;
    }
    const int y = month <= 2 ? year - 1 : year;
    const int era = y / 400;
    const int of_era = y - era * 400;
    const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;

    *out = (((days * 24.0 + hour) * 60 + minute) * 60 + second) * 1000 + floor(ms + 0.5);
    return true;
}

static bool read_time_value(json *reader, double *out) {
    char text[64];

    return json_text(reader, text, sizeof text) && read_time(text, out);
}

static server_status status_of(const char *text) {
    static const char *const names[] = {"ok", "exited", "crashed", "unhandled", "abnormal"};

    for (int i = 0; i < 5; i++) {
        if (strcmp(text, names[i]) == 0) {
            return (server_status)i;
        }
    }
    return SERVER_OTHER;
}

static bool is_sid(const char *text) {
    return strlen(text) == 32 && strspn(text, "0123456789abcdef") == 32;
}

static const char *read_attributes(server *server, json *reader, server_item *out) {
    char key[64];
    char text[1024];
    bool has_release = false;

    for (bool first = true; json_member(reader, first, key, sizeof key); first = false) {
        if (strcmp(key, "release") == 0) {
            if (has_release || !json_text(reader, text, sizeof text)) {
                return "attrs.release";
            }
            has_release = true;
            out->release = intern(server->texts, &server->text_count, SERVER_RELEASES * 2, text);
        } else if (strcmp(key, "environment") == 0) {
            if (out->environment >= 0 || !json_text(reader, text, sizeof text)) {
                return "attrs.environment";
            }
            out->environment =
                intern(server->texts, &server->text_count, SERVER_RELEASES * 2, text);
        } else if (strcmp(key, "user_agent") == 0) {
            if (!json_text(reader, text, sizeof text)) {
                return "attrs.user_agent";
            }
        } else {
            return "an attribute that nobody reads";
        }
    }
    return reader->failed ? "attrs" : has_release ? NULL : "attrs without a release";
}

const char *server_read_session(server *server, const char *text, size_t length, server_item *out) {
    static const char *const keys[] = {"sid",    "init",   "started", "timestamp",
                                       "status", "errors", "did",     "abnormal_mechanism",
                                       "attrs"};
    enum { SID, INIT, STARTED, TIMESTAMP, STATUS, ERRORS, DID, MECHANISM, ATTRS, KEYS };
    json reader = json_open(text, length);
    unsigned seen = 0;
    char key[64];
    char value[1024];
    bool whole = false;

    memset(out, 0, sizeof *out);
    out->did = -1;
    out->environment = -1;
    for (bool first = true; json_member(&reader, first, key, sizeof key); first = false) {
        int at = 0;

        while (at < KEYS && strcmp(key, keys[at]) != 0) {
            at++;
        }
        if (at == KEYS) {
            return "a key that nobody reads";
        }
        if (seen & 1U << at) {
            return "a key twice";
        }
        seen |= 1U << at;
        switch (at) {
        case SID:
            if (!json_text(&reader, value, sizeof value) || !is_sid(value)) {
                return "sid";
            }
            memcpy(out->sid, value, 33);
            break;
        case INIT:
            if (!json_bool(&reader, &out->init)) {
                return "init";
            }
            break;
        case STARTED:
            if (!read_time_value(&reader, &out->started)) {
                return "started";
            }
            break;
        case TIMESTAMP:
            if (!read_time_value(&reader, &out->timestamp)) {
                return "timestamp";
            }
            break;
        case STATUS:
            if (!json_text(&reader, value, sizeof value)) {
                return "status";
            }
            out->status = status_of(value);
            break;
        case ERRORS:
            if (!json_number(&reader, &out->errors, &whole) || !whole || out->errors < 0) {
                return "errors";
            }
            break;
        case DID:
            if (!json_text(&reader, value, sizeof value)) {
                return "did";
            }
            if (value[0] == '\0') {
                return "an empty did, a user shared by everybody";
            }
            out->did = intern(server->dids, &server->did_count, SERVER_DIDS, value);
            break;
        case MECHANISM:
            /* Relay keeps no other word, nor this one with another status. */
            if (!json_text(&reader, value, sizeof value) || strcmp(value, "anr_foreground") != 0) {
                return "abnormal_mechanism";
            }
            out->killed = true;
            break;
        default: {
            const char *wrong = read_attributes(server, &reader, out);

            if (wrong != NULL) {
                return wrong;
            }
        }
        }
    }
    if (!json_done(&reader)) {
        return "JSON";
    }
    if (!(seen & 1U << SID) || !(seen & 1U << STARTED) || !(seen & 1U << ATTRS)) {
        return "a missing key";
    }
    return out->status == SERVER_OTHER ? "an unknown status" : NULL;
}

static const char *read_report(const char *text, size_t length, server_envelope *out) {
    json reader = json_open(text, length);
    char key[64];
    char value[256];
    double time = 0;

    for (bool first = true; json_member(&reader, first, key, sizeof key); first = false) {
        if (strcmp(key, "timestamp") == 0) {
            if (!read_time_value(&reader, &time)) {
                return "timestamp of a report";
            }
        } else if (strcmp(key, "discarded_events") == 0) {
            for (bool start = true; json_element(&reader, start); start = false) {
                double quantity = 0;
                bool whole = false;
                int reason = -1;
                bool is_session = false;

                for (bool begin = true; json_member(&reader, begin, key, sizeof key);
                     begin = false) {
                    if (strcmp(key, "quantity") == 0) {
                        (void)json_number(&reader, &quantity, &whole);
                    } else if (!json_text(&reader, value, sizeof value)) {
                        return "a report's entry";
                    } else if (strcmp(key, "category") == 0) {
                        is_session = strcmp(value, "session") == 0;
                    } else {
                        for (reason = SERVER_REASONS - 1;
                             reason >= 0 && strcmp(value, server_reasons[reason]) != 0; reason--) {
                        }
                    }
                }
                if (!is_session || reason < 0 || !whole || quantity < 1) {
                    return "a report's entry";
                }
                out->reported[reason] += quantity;
            }
        } else {
            return "a report's key";
        }
    }
    if (!json_done(&reader)) {
        return "a report's JSON";
    }
    out->has_report = true;
    return NULL;
}

static const char *read_header(const char *text, size_t length, server_envelope *out) {
    json reader = json_open(text, length);
    char key[64];

    for (bool first = true; json_member(&reader, first, key, sizeof key); first = false) {
        if (strcmp(key, "sent_at") == 0) {
            if (out->has_sent_at || !read_time_value(&reader, &out->sent_at)) {
                return "sent_at";
            }
            out->has_sent_at = true;
        } else if (strcmp(key, "dsn") == 0) {
            out->has_dsn = true;
            if (!json_text(&reader, out->dsn, sizeof out->dsn)) {
                return "dsn";
            }
        } else if (strcmp(key, "sdk") == 0) {
            if (json_peek(&reader) != '{' || !json_skip(&reader)) {
                return "sdk";
            }
        } else {
            return "a header that is typed or that nobody reads";
        }
    }
    return json_done(&reader) && reader.at == reader.end ? NULL : "the envelope's header";
}

/* The length of the line that begins at `text`. */
static size_t line_length(const char *text, const char *end) {
    const char *stop = text < end ? memchr(text, '\n', (size_t)(end - text)) : NULL;

    return (size_t)((stop != NULL ? stop : end) - text);
}

const char *server_read(server *server, const char *body, size_t length, server_envelope *out) {
    const char *const end = body + length;
    size_t line = line_length(body, end);
    const char *wrong = NULL;

    memset(out, 0, offsetof(server_envelope, items));
    out->has_report = false;
    memset(out->reported, 0, sizeof out->reported);
    if (length == 0) {
        return "an empty body";
    }
    wrong = read_header(body, line, out);
    body += line + 1;
    while (wrong == NULL && body < end) {
        char key[64];
        char type[64] = "";

        line = line_length(body, end);
        json header = json_open(body, line);

        for (bool first = true; json_member(&header, first, key, sizeof key); first = false) {
            if (strcmp(key, "type") != 0 || !json_text(&header, type, sizeof type)) {
                return "an item's header";
            }
        }
        if (!json_done(&header) || header.at != header.end) {
            return "an item's header";
        }
        body += line + 1;
        if (body >= end) {
            return "an item without payload";
        }
        line = line_length(body, end);
        if (strcmp(type, "session") == 0) {
            if (out->count == SERVER_ITEMS) {
                return "more than 100 sessions";
            }
            wrong = server_read_session(server, body, line, &out->items[out->count++]);
        } else if (strcmp(type, "client_report") == 0) {
            wrong = out->has_report ? "two reports" : read_report(body, line, out);
        } else {
            wrong = "an unknown item";
        }
        body += line + 1;
    }
    return wrong;
}

static bool is_name(const char *name, size_t most, const char *reserved) {
    size_t i = 0;

    for (; name[i] != '\0'; i++) {
        const unsigned char c = (unsigned char)name[i];

        if (c < 0x20 || c == 0x7f || c == '/' || c == '\\') {
            return false;
        }
    }
    if (i == 0 || i > most || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return false;
    }
    for (i = 0; reserved[i] != '\0'; i++) {
        if ((name[i] | 0x20) != reserved[i]) {
            return true;
        }
    }
    return name[i] != '\0';
}

const server_sid *server_find(const server *server, const char *sid) {
    for (unsigned i = server->sid_count; i-- > 0;) {
        if (memcmp(server->sids[i].sid, sid, 32) == 0) {
            return &server->sids[i];
        }
    }
    return NULL;
}

static server_sid *entry_of(server *server, const char *sid) {
    const server_sid *found = server_find(server, sid);

    if (found != NULL) {
        return &server->sids[found - server->sids];
    }
    if (server->sid_count == SERVER_SIDS) {
        return NULL;
    }
    server_sid *fresh = &server->sids[server->sid_count++];

    memset(fresh, 0, sizeof *fresh);
    memcpy(fresh->sid, sid, 33);
    return fresh;
}

static bool is_within(double time, double received) {
    return received - time <= PAST_MS && time - received <= FUTURE_MS;
}

const char *server_take(server *server, const server_item *item, bool has_sent_at, double sent_at,
                        double received) {
    const double drift = floor(fabs(received - sent_at) / 1000) * 1000;
    double started = item->started;
    double timestamp = item->timestamp;

    if (has_sent_at && drift >= DRIFT_MS) {
        started += received - sent_at;
        timestamp += received - sent_at;
    }
    if (timestamp < started) {
        timestamp = started;
    }
    if (!is_within(timestamp, received) || !is_within(started, received)) {
        return "time";
    }
    if (!is_name(server->texts[item->release], 200, "latest")) {
        return "release";
    }

    server_sid *entry = entry_of(server, item->sid);

    if (entry == NULL) {
        return "too many sessions for this server";
    }
    const bool errored = item->errors > 0 || item->status > SERVER_EXITED;
    uint32_t *users = server->users[item->release];
    const uint32_t user = item->did < 0 ? 0 : 1U << item->did;

    entry->release = item->release;
    entry->inits += item->init;
    entry->errored |= errored;
    entry->dids |= user;
    entry->exited += item->status == SERVER_EXITED;
    entry->crashed += item->status == SERVER_CRASHED;
    entry->unhandled += item->status == SERVER_UNHANDLED;
    entry->abnormal += item->status == SERVER_ABNORMAL;
    users[0] |= user;
    users[1] |= errored ? user : 0;
    users[2] |= item->status == SERVER_CRASHED ? user : 0;
    users[3] |= item->status == SERVER_ABNORMAL ? user : 0;
    users[4] |= item->status == SERVER_UNHANDLED ? user : 0;
    return NULL;
}

static unsigned bits(uint32_t value) {
    unsigned count = 0;

    for (; value != 0; value &= value - 1) {
        count++;
    }
    return count;
}

server_metrics server_derive(const server *server, const char *release) {
    server_metrics result = {0};

    for (unsigned at = 0; at < server->text_count; at++) {
        if (strcmp(server->texts[at], release) != 0) {
            continue;
        }
        for (unsigned i = 0; i < server->sid_count; i++) {
            const server_sid *entry = &server->sids[i];

            if (entry->release == (int)at) {
                result.all += entry->inits;
                result.errored_all += entry->errored;
                result.crashed += entry->crashed;
                result.abnormal += entry->abnormal;
                result.unhandled += entry->unhandled;
            }
        }
        result.users = bits(server->users[at][0]);
        result.users_errored = bits(server->users[at][1]);
        result.users_crashed = bits(server->users[at][2]);
        result.users_abnormal = bits(server->users[at][3]);
        result.users_unhandled = bits(server->users[at][4]);
    }
    return result;
}
