/*
 * Any calls in any order: each byte is a call, some take their arguments from the bytes behind it.
 * The host checks what leaves: that envelopes are well-formed, that nothing leaves without consent
 * or within a limit, and that no session begins or ends twice in what a server took.
 */
#include "check.h"
#include "state.h"
#include "timing.h"

#include <math.h>
#include <string.h>

#define REQUESTS 256
#define SESSIONS 512
#define SID 32

typedef struct session {
    char sid[SID];
    bool begun; /* its init was taken */
    bool ended; /* a final status was taken */
    uint32_t init_request;
    uint32_t end_request;
    bool begin_doubtful; /* it left, and nobody could read an answer */
    bool end_doubtful;
} session;

static struct {
    crashfree *client;
    const uint8_t *data;
    size_t size;
    double now;
    double monotonic;
    double wake_at;
    bool consent;
    bool asking; /* before_send is asked */
    int depth;
    uint32_t requests[REQUESTS]; /* without an answer */
    crashfree_fetch_mode modes[REQUESTS];
    uint32_t probe; /* the last one */
    bool reads;     /* the last answer could be read */
    unsigned open;
    session sessions[SESSIONS];
    unsigned known;
    uint32_t begun;
    unsigned restored;
    bool gone;  /* the page ends: no answer is an answer */
    bool ended; /* something happened that may lose sessions without counting them */
    bool full;  /* of the tables here */
} host;

static uint8_t next(void) {
    return check_next(&host.data, &host.size);
}

/* When a fact happened: mostly now, sometimes before, sometimes nonsense. */
static double when(void) {
    static const double odd[] = {-1, INFINITY, -INFINITY, 1e300, 0};
    const uint8_t byte = next();

    if (byte < 128) {
        return NAN;
    }
    return byte < 250 ? host.monotonic - (byte - 128) * 40.0 : odd[byte % 5];
}

static double now(void *context) {
    (void)context;
    return host.now;
}

static double monotonic(void *context) {
    (void)context;
    return host.monotonic;
}

/* Distinct, or two sessions would share an id. */
static void random_bytes(void *context, unsigned char *bytes, size_t count) {
    static uint32_t state;

    (void)context;
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525 + 1013904223;
        bytes[i] = (unsigned char)(state >> 24);
    }
}

static void wake(void *context, double delay) {
    (void)context;
    REQUIRE(delay >= 0);
    host.wake_at = host.monotonic + delay;
}

static session *find(const char *sid) {
    for (unsigned i = 0; i < host.known; i++) {
        /* The last digit tells most of them apart. */
        if (host.sessions[i].sid[SID - 1] == sid[SID - 1] &&
            memcmp(host.sessions[i].sid, sid, SID) == 0) {
            return &host.sessions[i];
        }
    }
    REQUIRE(host.known < SESSIONS);
    memcpy(host.sessions[host.known].sid, sid, SID);
    return &host.sessions[host.known++];
}

static const char *member(const char *line, const char *key) {
    const char *const at = strstr(line, key);

    return at != NULL ? at + strlen(key) : NULL;
}

static void check_item(const char *line, uint32_t request) {
    const char *const sid = member(line, "{\"sid\":\"");
    const char *const started = member(line, "\"started\":\"");
    const char *const timestamp = member(line, "\"timestamp\":\"");
    const char *const status = member(line, "\"status\":\"");

    REQUIRE(sid != NULL && started != NULL && timestamp != NULL && status != NULL);
    REQUIRE(strncmp(started, timestamp, 24) <= 0);
    REQUIRE(strspn(sid, "0123456789abcdef") == SID);
    session *const known = find(sid);

    if (strstr(line, "\"init\":true") != NULL) {
        /* Neither taken before nor on its way already. */
        REQUIRE(!known->begun && known->init_request == 0 && !known->begin_doubtful);
        known->init_request = request;
    }
    if (strncmp(status, "ok\"", 3) != 0) {
        REQUIRE(!known->ended && known->end_request == 0 && !known->end_doubtful);
        known->end_request = request;
    } else {
        /* After its end, only a lost beginning may still be told. */
        REQUIRE(!known->ended || known->init_request == request);
    }
}

static void step(void);

static void fetch(void *context, uint32_t request, const char *url, size_t url_length,
                  const char *body, size_t length, crashfree_fetch_mode mode) {
    static char line[CRASHFREE_ENVELOPE_MAX + 1];
    unsigned lines = 0;
    bool is_session = false;

    (void)context;
    REQUIRE(mode == CRASHFREE_FETCH_PROBE || (mode & ~(unsigned)CRASHFREE_FETCH_AT_EXIT) == 0 ||
            (mode & ~(unsigned)CRASHFREE_FETCH_AT_EXIT) == CRASHFREE_FETCH_OPAQUE);
    REQUIRE(url_length > 0 && memchr(url, '\0', url_length) == NULL);
    REQUIRE(length > 0 && length < CRASHFREE_ENVELOPE_MAX && body[length - 1] == '\n');
    REQUIRE(request != 0 && host.consent);
    for (unsigned i = 0; i < host.open; i++) {
        REQUIRE(host.requests[i] != request);
    }
    for (; length > 0; lines++) {
        const size_t size = (size_t)((const char *)memchr(body, '\n', length) - body);

        REQUIRE(check_is_object(body, size));
        memcpy(line, body, size);
        line[size] = '\0';
        if (lines % 2 == 1) {
            is_session = strcmp(line, "{\"type\":\"session\"}") == 0;
            REQUIRE(is_session || strcmp(line, "{\"type\":\"client_report\"}") == 0);
            /* The report is the last item. */
            REQUIRE(is_session || length - size - 1 > 0);
        } else if (lines > 0 && is_session) {
            /* An answer that comes while before_send runs is too late for that request. */
            REQUIRE(host.asking ||
                    crashfree_get_status(host.client) != CRASHFREE_STATUS_RATE_LIMITED);
            check_item(line, request);
        }
        body += size + 1;
        length -= size + 1;
    }
    REQUIRE(lines % 2 == 1 && lines <= 2 * 100 + 1);
    REQUIRE((lines == 1) == (mode == CRASHFREE_FETCH_PROBE));
    host.probe = lines == 1 ? request : host.probe;
    host.modes[host.open] = mode;
    host.requests[host.open++] = request;
    host.full |= host.open == REQUESTS || host.known + CRASHFREE_SESSIONS_MAX >= SESSIONS;
    if (host.size > 0 && (*host.data & 0x80) != 0) {
        step();
    }
}

static bool before_send(void *context, const char *item, size_t length) {
    (void)context;
    REQUIRE(check_is_object(item, length));
    if (host.size > 0 && (*host.data & 0x80) != 0) {
        step();
    }
    return next() % 8 != 1;
}

/* What is in doubt was taken, or is to leave again. */
static void settle_doubts(bool taken) {
    for (unsigned i = 0; i < host.known; i++) {
        session *const known = &host.sessions[i];

        host.begun += taken && known->begin_doubtful;
        known->begun |= taken && known->begin_doubtful;
        known->ended |= taken && known->end_doubtful;
        known->begin_doubtful = false;
        known->end_doubtful = false;
    }
}

static void respond(unsigned index, unsigned kind) {
    static const struct {
        int status;
        const char *limits;
        double retry_after;
        bool taken;
    } answers[] = {
        {200, "", -1, true},
        {200, "", -1, true},
        {200, "", -1, true},
        {CRASHFREE_ANSWER_NONE, "", -1, false},
        {503, "", 7, false},
        {400, "", -1, false},
        {429, "", 5, false},
        {429, "3:error:key", 9, true},
        {200, "2:session:", -1, true},
        {429, "60:session;error:key,9:internal", -1, false},
        {CRASHFREE_ANSWER_OPAQUE, "1::", 1, true},
        {CRASHFREE_ANSWER_FOREIGN, "1::", 1, false},
        {CRASHFREE_ANSWER_CUT, "1::", 1, false},
    };
    const unsigned count = sizeof answers / sizeof answers[0];
    const uint32_t request = host.requests[index];
    const crashfree_fetch_mode mode = host.modes[index];

    kind %= count;
    host.open--;
    host.requests[index] = host.requests[host.open];
    host.modes[index] = host.modes[host.open];

    const bool none = answers[kind].status == CRASHFREE_ANSWER_NONE;
    const bool doubtful = none && !host.gone && !host.reads && (mode & CRASHFREE_FETCH_OPAQUE) == 0;

    for (unsigned i = 0; i < host.known; i++) {
        session *const known = &host.sessions[i];

        /* No answer when the page has ended: the client takes that as taken. */
        if (known->init_request == request) {
            known->init_request = 0;
            known->begun |= answers[kind].taken;
            known->begin_doubtful |= doubtful;
            host.begun += answers[kind].taken;
        }
        if (known->end_request == request) {
            known->end_request = 0;
            known->ended |= answers[kind].taken;
            known->end_doubtful |= doubtful;
        }
    }
    if (answers[kind].status >= 100) {
        host.reads = true;
        settle_doubts(false);
    } else if (none && !host.gone) {
        host.reads = false;
    } else if (answers[kind].status == CRASHFREE_ANSWER_OPAQUE && request == host.probe) {
        settle_doubts(true);
    }
    crashfree_respond(host.client, request, answers[kind].status, answers[kind].limits,
                      strlen(answers[kind].limits), answers[kind].retry_after);
}

static void advance(double milliseconds) {
    host.now += milliseconds;
    host.monotonic += milliseconds;
    if (host.wake_at >= 0 && host.wake_at <= host.monotonic) {
        host.wake_at = -1;
        crashfree_wake(host.client);
    }
}

static void set_user(unsigned which) {
    static const char *const ids[] = {"", "u1", "u2", "\x01\"\\\xff", "u3"};
    char longest[CRASHFREE_USER_ID_MAX + 1];

    if (which % 7 > 4) {
        memset(longest, (int)which, sizeof longest);
        crashfree_set_user(host.client, longest, sizeof longest - which % 2, when());
    } else {
        crashfree_set_user(host.client, ids[which % 7], strlen(ids[which % 7]), when());
    }
}

static void restore(void) {
    static uint32_t serial;
    char record[CRASHFREE_RECORD_MAX];

    const bool announced = next() % 2 == 1;
    const double started = floor(host.now - next() * 3600000.0);
    const double day = floor(started / 86400000);

    (void)snprintf(record, sizeof record, "ffffffffffffffffffffffff%08x1%u%d%u%09u%07.0f%08.0f%.*s",
                   ++serial, next() % 2U, announced, next() % 6U, next() + 0U, day,
                   started - day * 86400000, next() % 3, "u1");
    if (crashfree_restore(host.client, record, strlen(record), next() % 2 == 1)) {
        host.restored += !announced;
        find(record)->begun = announced;
    }
}

static void look(void) {
    char out[4000];
    const size_t length = crashfree_session(host.client, out, sizeof out);

    REQUIRE(length == 0 || check_is_object(out, length));
    REQUIRE(crashfree_saveable(host.client) <= CRASHFREE_SESSIONS_MAX);
    for (unsigned i = 0; i < crashfree_saveable(host.client) + 1; i++) {
        const size_t saved = crashfree_save(host.client, i, out, sizeof out);

        REQUIRE(saved == 0 || (saved == strlen(out) && saved < CRASHFREE_RECORD_MAX));
    }
    REQUIRE(crashfree_get_status(host.client) <= CRASHFREE_STATUS_ANSWERS_FOREIGN);
}

static void set_consent(unsigned consent) {
    /* After close nothing changes any more. */
    if (crashfree_get_status(host.client) != CRASHFREE_STATUS_CLOSED) {
        host.ended |= consent != CRASHFREE_CONSENT_GRANTED;
        host.consent = consent == CRASHFREE_CONSENT_GRANTED;
    }
    crashfree_set_consent(host.client, (crashfree_consent)consent);
}

static void step(void) {
    if (host.full || host.depth > 8) {
        return;
    }
    host.depth++;
    switch (next() % 25) {
    case 0:
        crashfree_start_session(host.client, false, when());
        break;
    case 1:
    case 2:
    case 3:
        crashfree_start_session(host.client, true, when());
        break;
    case 4:
        crashfree_error(host.client, CRASHFREE_ERROR_HANDLED, when());
        break;
    case 5:
        crashfree_error(host.client, CRASHFREE_ERROR_UNHANDLED, when());
        break;
    case 6:
        crashfree_end_session(host.client, (crashfree_session_status)(next() % 7), when());
        break;
    case 7:
        crashfree_flush(host.client);
        break;
    case 8:
        crashfree_hide(host.client, false);
        break;
    case 9:
        host.ended = true;
        /* It counts from the call on, within which the host may be called, too. */
        host.gone = true;
        crashfree_hide(host.client, true);
        break;
    case 10:
        crashfree_wake(host.client);
        break;
    case 11:
    case 12:
    case 13:
    case 14:
        if (host.open > 0) {
            const unsigned index = next() % host.open;

            respond(index, next());
        }
        break;
    case 15:
        advance(next() * 100.0);
        break;
    case 16:
        advance(next() * 60000.0);
        break;
    case 17:
        advance(next() * 3600000.0);
        break;
    case 18:
        host.now += (next() - 128) * 7200000.0;
        break;
    case 19:
        set_user(next());
        break;
    case 20:
        set_consent(next() % 3);
        break;
    case 21:
        restore();
        break;
    case 22:
        look();
        break;
    case 23:
        /* Somebody else tells of its sessions. */
        host.ended = true;
        crashfree_forget(host.client);
        REQUIRE(crashfree_saveable(host.client) == 0);
        break;
    default:
        if (next() % 4 == 0) {
            host.ended = true;
            crashfree_close(host.client);
        } else {
            crashfree_respond(host.client, 0x80000000U | next(), next() * 4, "1::", next() % 4, -1);
        }
    }
    host.depth--;
}

/* Sends all that can still be sent to a server that takes everything, and waits as long as the client does. */
static void finish(void) {
    for (int i = 0; i < 40; i++) {
        const unsigned before = host.known + host.begun + host.open;

        while (host.open > 0) {
            respond(0, 0);
        }
        if (host.client->failures >= CF_RETRIES_MAX) {
            /* It waits for an event of the page. */
            crashfree_flush(host.client);
        }
        crashfree_hide(host.client, false);
        advance(60000);
        if (i > 2 && host.open == 0 && host.wake_at < 0 && before == host.known + host.begun) {
            return;
        }
    }
    while (host.open > 0) {
        respond(0, 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char dsn[] = "https://0123456789abcdef0123456789abcdef@h.example/42";
    static const crashfree_host functions = {NULL, now,   monotonic,  random_bytes,
                                             wake, fetch, before_send};
    static void *memory;
    uint32_t lost = 0;

    memset(&host, 0, sizeof host);
    host.data = data;
    host.size = size;
    host.now = 1767607200000.0;
    host.monotonic = 1000;
    host.wake_at = -1;
    host.consent = true;
    host.client = crashfree_init(check_memory(&memory, crashfree_size()), &functions);
    REQUIRE(crashfree_set_text(host.client, CRASHFREE_OPTION_DSN, dsn, sizeof dsn - 1));
    REQUIRE(crashfree_set_text(host.client, CRASHFREE_OPTION_RELEASE, "shop@1", 6));
    const uint8_t options = next();

    crashfree_set_number(host.client, CRASHFREE_OPTION_PER_MINUTE, (options & 1) != 0 ? 0 : 20);
    host.asking = (options & 6) == 2;
    crashfree_set_number(host.client, CRASHFREE_OPTION_BEFORE_SEND, host.asking);
    crashfree_set_number(host.client, CRASHFREE_OPTION_SAMPLE_RATE, (options & 24) == 8 ? 0.5 : 1);
    crashfree_set_number(host.client, CRASHFREE_OPTION_REPORTS, (options & 96) != 32);
    if ((options & 128) != 0) {
        char agent[CRASHFREE_USER_AGENT_MAX];

        memset(agent, 1, sizeof agent);
        (void)crashfree_set_text(host.client, CRASHFREE_OPTION_USER_AGENT, agent, sizeof agent);
    }
    while (host.size > 0 && !host.full) {
        step();
        /* What makes room may be on its way still, and nobody knows then whether it is lost. */
        host.ended |= crashfree_saveable(host.client) == CRASHFREE_SESSIONS_MAX;
    }
    host.size = 0;
    if (host.full) {
        return 0;
    }
    finish();
    for (int i = CRASHFREE_COUNT_QUEUE_OVERFLOW; i <= CRASHFREE_COUNT_BACKPRESSURE; i++) {
        lost += i == CRASHFREE_COUNT_BACKPRESSURE
                    ? 0
                    : crashfree_count(host.client, (crashfree_counter)i);
    }
    REQUIRE(crashfree_count(host.client, CRASHFREE_COUNT_ACCEPTED) <= host.begun);
    /* Where nothing forbade to deliver, every session arrived or its loss is counted. */
    if (!host.ended && crashfree_count(host.client, CRASHFREE_COUNT_QUEUE_OVERFLOW) == 0) {
        REQUIRE(host.begun + lost >=
                crashfree_count(host.client, CRASHFREE_COUNT_STARTED) + host.restored);
    }
    return 0;
}
