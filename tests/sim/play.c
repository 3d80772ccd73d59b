#include "play.h"

#include "network.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CHANNELS (1 + LIFE_RELEASES)
#define REQUESTS 4096
#define ITEMS 65536
#define RECORDS 256
#define TRACED 400              /* lines of a trace */
#define RETRIES 8               /* after which only an event tries again */
#define AGE_MS (5.0 * 86400000) /* that the server takes */
#define OLD_MS (AGE_MS - 2 * HEAL_MS)
#define HEAL_MS 90000000.0 /* longer than any limit */
#define KEY "0123456789abcdef0123456789abcdef"
#define DSN "https://" KEY "@o1.ingest.example/42"
#define ENDPOINT                                                                                   \
    "https://o1.ingest.example/api/42/envelope/?sentry_version=7&sentry_key=" KEY                  \
    "&sentry_client=crashfree%2F" CRASHFREE_VERSION
#define TUNNEL "https://shop.example/tunnel?a=b"
#define TRUE_START 1767607200000.0 /* 5 January 2026 */

/* What is known from outside about one session of the model. */
typedef struct witness {
    char sid[33];
    int channel; /* that delivers it now */
    double wall; /* when it began */
    double truly;
    unsigned inits_on_way;
    unsigned ends_on_way;
    bool init_known; /* the client was told that it was taken */
    bool end_known;
    bool end_sent;
    model_facts known;    /* all that the client was told to be taken */
    model_facts assumed;  /* what was on its way when its page ended */
    model_facts sent;     /* all that left */
    unsigned inits_spare; /* taken, but the client was told otherwise */
    unsigned ends_spare;
    bool approved; /* by before_send, for the next time */
    bool refused;  /* by an answer, in the state of `when_refused` */
    model_facts when_refused;
    unsigned refusals;
    bool was_on_way; /* when its page ended: given up then, it may be counted nevertheless */
    bool untold;     /* when its page ended: something was neither taken nor on its way */
    bool excused;    /* may be missing, if there are faults */
    bool dropped;    /* in silence, by a server that no client can see through */
} witness;

/* One client of the page, and what it may do. */
typedef struct channel {
    bool alive;
    void *client;
    int release;
    double timer; /* infinite: none */
    double limited_least;
    double limited_most;
    double reports_least;
    double reports_most;
    double reported[SERVER_REASONS];
    unsigned failures; /* requests in a row that got no answer */
    unsigned accepted;
    unsigned accepted_perhaps; /* given up while on their way */
    unsigned requests;
    bool inexact; /* a session on its way had to make room */
    bool ended_in_limit;
    bool ended; /* the page is gone for certain: no answer is an answer */
} channel;

typedef struct request {
    int channel; /* negative: the page that made it is gone */
    uint32_t number;
    fate fate;
    double arrives;
    double answers;
    bool arrived;
    double sent_at;
    double skew;
    unsigned first;
    unsigned count;
} request;

typedef struct sent_item {
    unsigned session;
    bool is_end;
    model_facts facts;
    server_item item;
} sent_item;

/* A session in the page's storage. */
typedef struct record {
    unsigned session;
    server_item item;
} record;

static struct play {
    const life *life;
    const subject *subject;
    bool trace;
    unsigned traced;
    play_result result;
    double now;   /* monotonic */
    double slept; /* that the monotonic clock missed */
    double skew;  /* of the wall clock */
    bool jumped;  /* the wall clock or the computer's sleep */
    bool visible;
    bool healed;
    bool storm;
    bool asked; /* within before_send */
    unsigned event;
    unsigned nth;   /* use of the event's randomness */
    unsigned calls; /* fetches within one call of the client */
    rng ids;
    unsigned bound; /* sessions of the model that have an id */
    unsigned witness_count;
    unsigned request_count;
    unsigned active_count;
    unsigned item_count;
    unsigned record_count;
    unsigned page_requests;
    unsigned page_events;
    double page_began;
    channel channels[CHANNELS];
    unsigned active[REQUESTS];
    record records[RECORDS];
    witness witnesses[MODEL_SESSIONS];
    request requests[REQUESTS];
    sent_item items[ITEMS];
    server_envelope envelope;
} P;

static model M;
static server S;
/* Room for clients; aligned as malloc's memory is. */
static union {
    max_align_t align;
    char bytes[65536];
} memory[CHANNELS];

const model *play_model(void) {
    return &M;
}

const server *play_server(void) {
    return &S;
}

__attribute__((format(printf, 2, 3))) static void fail(const char *rule, const char *format, ...) {
    va_list arguments;

    if (P.result.failure != NULL || !P.subject->is_core) {
        return;
    }
    P.result.failure = rule;
    va_start(arguments, format);
    (void)vsnprintf(P.result.detail, sizeof P.result.detail, format, arguments);
    va_end(arguments);
}

__attribute__((format(printf, 1, 2))) static void trace(const char *format, ...) {
    va_list arguments;

    if (!P.trace || P.traced > TRACED) {
        return;
    }
    if (P.traced++ == TRACED) {
        printf("    and so on\n");
        return;
    }
    printf("    %10.0f ms: ", P.now - P.life->config.origin);
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
}

static double true_time(void) {
    return TRUE_START + (P.now - P.life->config.origin) + P.slept;
}

static double wall(void) {
    return true_time() + P.skew;
}

static rng event_random(void) {
    const uint32_t salt = P.event < P.life->count ? P.life->events[P.event].salt : 1;
    const rng result = {rng_mix(P.life->seed ^ ((uint64_t)salt << 20) ^ P.nth++)};

    return result;
}

static int witness_of(const char *sid) {
    for (unsigned i = P.bound; i-- > 0;) {
        if (memcmp(P.witnesses[i].sid, sid, 32) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* ---- the host of a client ---------------------------------------------------------------- */

static double host_now(void *context) {
    (void)context;
    return wall();
}

static double host_monotonic(void *context) {
    (void)context;
    return P.now;
}

static void host_wake(void *context, double delay) {
    channel *c = context;

    if (!(delay >= 0)) {
        fail("a timer runs for some time", "%g ms", delay);
        delay = 0;
    }
    c->timer = P.now + delay;
}

/* Sixteen bytes are the id of a session that begins now: the next one of the model. */
static void host_random(void *context, unsigned char *bytes, size_t count) {
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < count; i += 8) {
        const uint64_t value = rng_next(&P.ids);

        memcpy(bytes + i, &value, count - i < 8 ? count - i : 8);
    }
    if (count != 16) {
        return;
    }
    if (P.bound >= M.count) {
        fail("sessions begin when people begin something", "one that nobody began");
        return;
    }
    witness *w = &P.witnesses[P.bound];
    model_session *session = &M.sessions[P.bound];
    double draw = 0;

    P.bound++;
    memset(w, 0, sizeof *w);
    w->channel = (int)((channel *)context - P.channels);
    w->wall = wall();
    w->truly = true_time();
    for (size_t i = 0; i < 16; i++) {
        unsigned byte = bytes[i];

        /* A UUID of version 4. */
        byte = i == 6 ? (byte & 0x0f) | 0x40 : i == 8 ? (byte & 0x3f) | 0x80 : byte;
        w->sid[2 * i] = hex[byte >> 4];
        w->sid[2 * i + 1] = hex[byte & 15];
        if (i < 4) {
            draw = draw * 256 + byte;
        }
    }
    session->sampled = draw / 4294967296.0 < P.life->config.sample_rate;
    if (P.life->config.sample_rate == 0.5) {
        P.result.drawn++;
        P.result.sampled += session->sampled;
    }
    trace("session %u begins%s", P.bound, session->sampled ? "" : ", outside the sample");
}

static model_end end_of(server_status status) {
    return status == SERVER_OK ? END_NONE : (model_end)(END_EXITED + (status - SERVER_EXITED));
}

static void merge(model_facts *into, model_facts facts) {
    into->begun |= facts.begun;
    into->errored |= facts.errored;
    into->end = facts.end > into->end ? facts.end : into->end;
    into->user = facts.user != 0 ? facts.user : into->user;
}

/* Text and options of an item must be those of its session. */
static void check_identity(const server_item *item, const model_session *session, unsigned index) {
    const life_config *config = &P.life->config;
    const char *did = item->did < 0 ? "" : S.dids[item->did];

    if (strcmp(did, life_users[session->is.user]) != 0) {
        fail("did is who uses the page", "session %u has %.20s, not user %d", index + 1, did,
             session->is.user);
    }
    if (strcmp(S.texts[item->release], life_releases[session->release]) != 0) {
        fail("release is the page's", "%.50s", S.texts[item->release]);
    }
    if ((item->environment >= 0) != (config->environment == 1 || config->environment == 2)) {
        fail("environment is the page's", "%d", item->environment);
    }
}

static void check_times(const server_item *item, witness *w, unsigned index) {
    if (item->timestamp < item->started ||
        (item->started <= floor(wall()) && item->timestamp != floor(wall()))) {
        fail("timestamp is now", "session %u", index + 1);
    }
    if (!P.jumped && item->started != floor(w->wall)) {
        fail("started is when the session began", "session %u, off by %g ms", index + 1,
             item->started - w->wall);
    }
}

/* One item that leaves: is it true, and is it time for it? */
static void check_item(const channel *c, const server_item *item, request *request) {
    const int at = witness_of(item->sid);

    if (at < 0) {
        fail("items are of known sessions", "%s", item->sid);
        return;
    }
    const unsigned index = (unsigned)at;
    const model_session *session = &M.sessions[index];
    witness *w = &P.witnesses[index];
    const model_end end = end_of(item->status);
    /* The end was told already; this only announces once more. */
    const bool again =
        w->end_sent && item->init && end <= END_EXITED && (w->ends_on_way > 0 || w->end_known);
    sent_item *sent = &P.items[P.item_count];

    if (P.subject->is_core) {
        check_identity(item, session, index);
        check_times(item, w, index);
    }
    if (w->channel != (int)(c - P.channels)) {
        fail("one client has a session", "session %u", index + 1);
    }
    if (session->forgotten || !session->sampled || session->dismissed) {
        fail("what is forgotten, out of sample or dismissed stays", "session %u%s%s%s", index + 1,
             session->forgotten ? ", forgotten" : "", session->sampled ? "" : ", not in sample",
             session->dismissed ? ", dismissed" : "");
    }
    if (P.now - session->began > AGE_MS) {
        fail("what is too old for the server stays", "session %u", index + 1);
    }
    if (P.life->config.before_send != DISMISS_OFF && session->restored == false && !w->approved) {
        fail("before_send is asked about every item", "session %u", index + 1);
    }
    w->approved = false;
    /* Three times, and once more for each change of it that was on its way meanwhile. */
    if (w->refusals > 6) {
        fail("what is refused again and again is given up", "session %u", index + 1);
    }
    if (item->init && (w->inits_on_way > 0 || w->init_known)) {
        fail("init leaves once until it is known to be lost", "session %u", index + 1);
    }
    if (!item->init && w->inits_on_way == 0 && !w->init_known) {
        fail("the first item has init", "session %u", index + 1);
    }
    if (!again) {
        if (end != END_NONE && (w->ends_on_way > 0 || w->end_known)) {
            fail("an end leaves once until it is known to be lost", "session %u", index + 1);
        }
        if (end == END_NONE && w->end_sent) {
            fail("nothing follows an end", "session %u", index + 1);
        }
        if (end != session->is.end) {
            fail("status is the session's", "session %u: %d, not %d", index + 1, end,
                 session->is.end);
        }
    }
    if ((item->errors > 0) != session->is.errored) {
        fail("errors are the session's", "session %u: %g", index + 1, item->errors);
    }
    if (P.item_count == ITEMS) {
        fail("bounds of the simulator", "items");
        return;
    }
    trace("  item: session %u%s, status %d, errors %g, did %d", index + 1,
          item->init ? ", init" : "", item->status, item->errors, item->did);
    sent->session = index;
    sent->item = *item;
    sent->is_end = end != END_NONE && !again;
    sent->facts = (model_facts){.begun = item->init,
                                .errored = item->errors > 0,
                                .end = again ? END_NONE : end,
                                .user = session->is.user};
    merge(&w->sent, sent->facts);
    w->inits_on_way += item->init;
    w->ends_on_way += sent->is_end;
    w->end_sent |= sent->is_end;
    P.item_count++;
    request->count++;
}

static void check_report(channel *c) {
    if (P.now < c->reports_least) {
        fail("reports keep to rate limits", "%g ms too early", c->reports_least - P.now);
    }
    if (!P.life->config.reports) {
        fail("sendClientReports", "a report that nobody wants");
    }
    for (int i = 0; i < SERVER_REASONS; i++) {
        c->reported[i] += P.envelope.reported[i];
        if (c->reported[i] > crashfree_count(c->client, (crashfree_counter)(3 + i))) {
            fail("reports tell every loss once", "%s %g", server_reasons[i], c->reported[i]);
        }
    }
}

static void host_fetch(void *context, uint32_t number, const char *url, size_t url_length,
                       const char *body, size_t length, crashfree_fetch_mode mode) {
    channel *c = context;
    const life_config *config = &P.life->config;
    const char *expected = config->tunnel ? TUNNEL : ENDPOINT;
    rng random = event_random();
    request *request = &P.requests[P.request_count];

    (void)mode;
    if (P.request_count == REQUESTS) {
        fail("bounds of the simulator", "requests");
        return;
    }
    P.result.requests++;
    c->requests++;
    /* What a flush within before_send makes other clients send is not this one's. */
    P.calls += !P.asked;
    P.page_requests++;
    if (P.subject->is_core &&
        (strlen(expected) != url_length || memcmp(url, expected, url_length) != 0)) {
        fail("requests go to the DSN or the tunnel", "%.*s", (int)url_length, url);
    }
    if (!config->works || M.options.consent != GRANTED) {
        fail("nothing is sent without consent or configuration", "a request");
    }
    const char *wrong = server_read(&S, body, length, &P.envelope);

    if (wrong != NULL) {
        fail("the server can read everything", "%s in %.200s", wrong, body);
        return;
    }
    if (P.subject->is_core && (!P.envelope.has_sent_at || P.envelope.sent_at != floor(wall()))) {
        fail("sent_at is now", "off by %g ms", P.envelope.sent_at - wall());
    }
    if (P.subject->is_core && P.envelope.has_dsn != config->tunnel) {
        fail("a tunnel needs the dsn, and nobody else", "%d", P.envelope.has_dsn);
    }
    memset(request, 0, sizeof *request);
    request->channel = (int)(c - P.channels);
    request->number = number;
    request->sent_at = P.envelope.sent_at;
    request->skew = P.skew;
    request->first = P.item_count;
    const bool wrong_now = !P.healed && config->faults > 0 &&
                           (config->storms ? P.storm : rng_chance(&random, config->faults));

    if (config->same) {
        random.state = P.life->seed;
    }
    request->fate = network_fate(&random, wrong_now, config->latency);
    P.result.faults += wrong_now;
    trace("request %u: %u sessions%s -> %s", number, P.envelope.count,
          P.envelope.has_report ? " and a report" : "", request->fate.name);
    if (P.envelope.count > 0 && P.now < c->limited_least) {
        fail("sessions keep to rate limits", "%g ms too early", c->limited_least - P.now);
    }
    for (unsigned i = 0; i < P.envelope.count; i++) {
        check_item(c, &P.envelope.items[i], request);
    }
    if (P.envelope.has_report) {
        check_report(c);
    }
    if (P.envelope.count == 0 && !P.envelope.has_report) {
        fail("a request says something", "it is empty");
    }
    request->arrives = P.now + request->fate.latency / 2;
    request->answers = request->fate.answered ? P.now + request->fate.latency : INFINITY;
    P.active[P.active_count++] = P.request_count++;
}

static void nested(channel *c);

static bool host_before_send(void *context, const char *session, size_t length) {
    channel *c = context;
    server_item item;
    const char *wrong = server_read_session(&S, session, length, &item);
    const int at = wrong == NULL ? witness_of(item.sid) : -1;
    bool keep = true;

    if (at < 0) {
        fail("before_send sees the item", "%s", wrong);
        return true;
    }
    const model_session *s = &M.sessions[at];

    if (s->forgotten || s->dismissed || !s->sampled) {
        fail("before_send is asked about what may leave", "session %d", at + 1);
    }
    check_identity(&item, s, (unsigned)at);
    switch (P.life->config.before_send) {
    case DISMISS_SOME:
        keep = (item.sid[5] & 1) == 0;
        break;
    case DISMISS_ERRED:
        keep = item.errors == 0;
        break;
    case DISMISS_BUSY:
        if (!P.asked) {
            P.asked = true;
            nested(c);
            P.asked = false;
        }
        break;
    default:
        break;
    }
    if (keep) {
        P.witnesses[at].approved = true;
    } else {
        trace("session %d is dismissed", at + 1);
        model_dismiss(&M, (unsigned)at, P.witnesses[at].sent);
    }
    return keep;
}

/* ---- answers and time -------------------------------------------------------------------- */

/* The server gets a request. */
static void arrive(request *request) {
    request->arrived = true;
    if (!request->fate.taken) {
        return;
    }
    for (unsigned i = request->first; i < request->first + request->count; i++) {
        const server_item *item = &P.items[i].item;
        witness *w = &P.witnesses[P.items[i].session];
        const char *dropped = server_take(&S, item, true, request->sent_at, true_time());

        if (dropped == NULL) {
            continue;
        }
        /* A clock that is fast by less than what the server corrects, or a session at the very end
         * of its time: the server drops these and nobody can know. */
        const bool restored = M.sessions[P.items[i].session].restored;
        const double age = restored ? request->sent_at - item->started : true_time() - w->truly;

        if (strcmp(dropped, "time") == 0 &&
            ((request->skew > 59000 && request->skew < 56 * 60000.0) ||
             age > AGE_MS - 2 * 3600000.0)) {
            w->dropped = true;
        } else {
            fail("the server drops nothing in silence", "%s of session %u, skew %g", dropped,
                 P.items[i].session + 1, request->skew);
        }
    }
}

static void limit(double *least, double *most, double least_s, double most_s) {
    if (least_s >= 0) {
        *least = fmax(*least, P.now + least_s * 1000);
        *most = fmax(*most, P.now + most_s * 1000);
    }
}

/* The client hears of a request. */
static void answer(request *request) {
    const fate *fate = &request->fate;
    channel *c = &P.channels[request->channel];

    trace("answer to request %u: %s", request->number, fate->name);
    for (unsigned i = request->first; i < request->first + request->count; i++) {
        const sent_item *sent = &P.items[i];

        if (c->ended && fate->status == 0) {
            break;
        }
        witness *w = &P.witnesses[sent->session];

        w->inits_on_way -= sent->item.init;
        w->ends_on_way -= sent->is_end;
        if (fate->delivered) {
            w->init_known |= sent->item.init;
            w->end_known |= sent->is_end;
            merge(&w->known, sent->facts);
            if (sent->item.init && !M.sessions[sent->session].forgotten) {
                /* It may have been given up for other reasons meanwhile. */
                const bool perhaps = M.sessions[sent->session].dismissed || w->refusals > 2;

                c->accepted += !perhaps;
                c->accepted_perhaps += perhaps;
            }
            w->excused |= !fate->taken;
        } else {
            w->inits_spare += sent->item.init && fate->taken;
            w->ends_spare += sent->is_end && fate->taken;
            if (fate->status != 0 && fate->status != 429) {
                w->refused = true;
                w->refusals++;
                w->when_refused = M.sessions[sent->session].is;
            }
        }
    }
    c->ended_in_limit = false;
    c->failures = fate->status == 0 ? c->failures + 1 : 0;
    limit(&c->limited_least, &c->limited_most, fate->sessions_least, fate->sessions_most);
    limit(&c->reports_least, &c->reports_most, fate->reports_least, fate->reports_most);
    P.calls = 0;
    P.subject->respond(c->client, request->number, fate->status, fate->limits, strlen(fate->limits),
                       fate->retry_after);
    if (P.calls > 0) {
        fail("an answer is no occasion for a request", "%u", P.calls);
    }
    if (P.subject->is_core && !c->inexact && !c->ended) {
        const uint32_t accepted = crashfree_count(c->client, CRASHFREE_ACCEPTED);

        if (accepted < c->accepted || accepted > c->accepted + c->accepted_perhaps) {
            fail("accepted are those that an answer accepted", "%u, not %u", accepted, c->accepted);
        }
    }
}

/* What happens next by itself, until `until`; returns whether there was something. */
static bool step(double until) {
    double at = until;
    channel *waking = NULL;
    unsigned next = P.active_count;

    for (int i = 0; i < CHANNELS; i++) {
        const double due = P.channels[i].timer + P.life->config.lateness;

        if (P.channels[i].alive && due <= at) {
            at = due;
            waking = &P.channels[i];
        }
    }
    for (unsigned i = 0; i < P.active_count; i++) {
        const request *request = &P.requests[P.active[i]];
        const double due = request->arrived ? request->answers : request->arrives;

        if (due <= at) {
            at = due;
            next = i;
        }
    }
    if (next == P.active_count && waking == NULL) {
        return false;
    }
    P.now = fmax(P.now, at);
    model_advance(&M, P.now);
    if (next == P.active_count) {
        waking->timer = INFINITY;
        P.calls = 0;
        P.subject->wake(waking->client);
        if (P.calls > 1) {
            fail("one call makes one request at most", "%u", P.calls);
        }
        return true;
    }
    request *request = &P.requests[P.active[next]];

    if (!request->arrived) {
        arrive(request);
        if (request->channel >= 0) {
            return true;
        }
    } else if (request->channel >= 0 && P.channels[request->channel].alive) {
        answer(request);
        if (P.channels[request->channel].ended && request->fate.status == 0) {
            request->answers = INFINITY;
            return true;
        }
    }
    P.active[next] = P.active[--P.active_count];
    return true;
}

static void advance(double until) {
    while (P.result.failure == NULL && step(until)) {
    }
    P.now = fmax(P.now, until);
    model_advance(&M, P.now);
}

/* ---- page events ------------------------------------------------------------------------- */

static channel *main_channel(void) {
    return &P.channels[0];
}

static void start(bool announce) {
    channel *c = main_channel();

    if (P.subject->is_core && crashfree_saveable(c->client) >= CRASHFREE_SESSIONS_MAX &&
        P.active_count > 0) {
        c->inexact = true;
    }
    model_start(&M, P.now, announce);
    P.subject->start(c->client, announce);
}

static void user(int which) {
    if (P.subject->is_core &&
        crashfree_saveable(main_channel()->client) >= CRASHFREE_SESSIONS_MAX) {
        main_channel()->inexact = true;
    }
    model_user(&M, P.now, life_user_counts(which));
    P.subject->user(main_channel()->client, life_users[which], strlen(life_users[which]));
}

static void error(bool unhandled) {
    model_error(&M, P.now, unhandled);
    P.subject->error(main_channel()->client, unhandled ? CRASHFREE_NOT_HANDLED : CRASHFREE_HANDLED);
}

static void finish(model_end end) {
    model_finish(&M, P.now, end == END_NONE ? END_EXITED : end);
    crashfree_end_session(main_channel()->client, (crashfree_session_status)end);
}

static void consent(model_consent value) {
    model_consent_is(&M, P.now, value);
    for (int i = 0; i < CHANNELS && !M.closed; i++) {
        if (P.channels[i].alive) {
            crashfree_set_consent(P.channels[i].client, (crashfree_consent)value);
            /* A client for earlier pages has nothing more to do: it must not begin a session when
             * consent is granted again. */
            P.channels[i].alive = i == 0 || value != DENIED;
        }
    }
    if (value == DENIED && !M.closed) {
        P.record_count = 0;
    }
}

static void flush(void) {
    model_send(&M, P.now);
    for (int i = 0; i < CHANNELS; i++) {
        if (P.channels[i].alive) {
            P.subject->flush(P.channels[i].client);
        }
    }
}

/* All losses but those that are wishes have to be in a report by now. */
static void check_reported(const channel *c) {
    if (P.asked || !P.life->config.reports || M.options.consent != GRANTED ||
        !P.life->config.works || c->reports_most > P.now || crashfree_saveable(c->client) > 20) {
        return;
    }
    for (int i = 0; i < SERVER_REASONS; i++) {
        const uint32_t lost = crashfree_count(c->client, (crashfree_counter)(3 + i));

        if (i + 3 != CRASHFREE_DROPPED_SAMPLE && c->reported[i] != lost) {
            fail("a hidden page has told all losses", "%s: %g of %u", server_reasons[i],
                 c->reported[i], lost);
        }
    }
}

static void hide(bool final) {
    model_send(&M, P.now);
    P.visible = false;
    for (unsigned i = 0; final && i < P.bound; i++) {
        P.witnesses[i].was_on_way |= P.witnesses[i].inits_on_way > 0;
    }
    for (int i = 0; i < CHANNELS; i++) {
        channel *c = &P.channels[i];

        if (c->alive) {
            c->ended |= final;
            c->ended_in_limit |= final && c->limited_least > P.now &&
                                 M.options.consent == GRANTED && P.life->config.works;
            P.subject->hide(c->client, final);
            if (P.subject->is_core && P.result.failure == NULL) {
                check_reported(c);
            }
        }
    }
}

/* Something that the host does while it is asked about a session. */
static void nested(channel *c) {
    rng random = event_random();

    /* The model closes first and would ignore what happens within the closing. */
    if (c != main_channel() || M.closed || !rng_chance(&random, 0.5)) {
        return;
    }
    switch (rng_below(&random, 8)) {
    case 0:
        trace("meanwhile: handled error");
        error(false);
        break;
    case 1:
        trace("meanwhile: unhandled error");
        error(true);
        break;
    case 2:
        trace("meanwhile: user");
        user((int)rng_below(&random, LIFE_USERS));
        break;
    case 3:
        trace("meanwhile: navigate");
        start(true);
        break;
    case 4:
        trace("meanwhile: end");
        finish(END_EXITED);
        break;
    case 5:
        trace("meanwhile: flush");
        flush();
        break;
    case 6:
        trace("meanwhile: consent");
        consent((model_consent)rng_below(&random, 3));
        /* What was about to leave does not. */
        for (unsigned i = 0; i < P.bound && M.options.consent != GRANTED; i++) {
            if (M.sessions[i].page == M.page) {
                M.sessions[i].owed = P.witnesses[i].sent;
            }
        }
        break;
    default:
        trace("meanwhile: hide");
        hide(false);
        break;
    }
}

/* The status that the page may show. */
static void check_status(void) {
    const crashfree_status status = crashfree_get_status(main_channel()->client);
    const model_session *present = M.present >= 0 ? &M.sessions[M.present] : NULL;
    crashfree_status expected = CRASHFREE_ACTIVE;

    if (M.closed) {
        expected = CRASHFREE_CLOSED;
    } else if (!P.life->config.works) {
        if (status == CRASHFREE_ACTIVE) {
            fail("status tells why nothing is sent", "broken option %d", P.life->config.broken);
        }
        return;
    } else if (M.options.consent != GRANTED) {
        expected =
            M.options.consent == PENDING ? CRASHFREE_CONSENT_PENDING : CRASHFREE_CONSENT_DENIED;
    } else if (main_channel()->limited_least > P.now) {
        expected = CRASHFREE_RATE_LIMITED;
    } else if (main_channel()->limited_most > P.now) {
        return;
    } else if (M.too_many) {
        expected = CRASHFREE_TOO_MANY_SESSIONS;
    } else if (present != NULL && !present->sampled) {
        expected = CRASHFREE_SAMPLED_OUT;
    }
    if (status != expected) {
        fail("status tells why nothing is sent", "%d, not %d", status, expected);
    }
}

/* What the page can see of its session. */
static void check_session(void) {
    char text[4096];

    const size_t length = crashfree_session(main_channel()->client, text, sizeof text);
    server_item item;

    if (M.present < 0) {
        if (length > 0) {
            fail("getSession shows the present session", "there is none");
        }
        return;
    }
    const model_session *session = &M.sessions[M.present];
    const char *wrong = server_read_session(&S, text, length, &item);

    if (wrong != NULL || strcmp(item.sid, P.witnesses[M.present].sid) != 0 ||
        end_of(item.status) != session->is.end || (item.errors > 0) != session->is.errored) {
        fail("getSession shows the present session", "%s: %.200s", wrong, text);
    }
}

/* ---- pages ------------------------------------------------------------------------------- */

static void set_text(void *client, crashfree_option option, const char *text) {
    (void)crashfree_set_text(client, option, text, strlen(text));
}

static void open_channel(int index, int release, bool is_main) {
    static const char *const environments[] = {"", "production", " t\xc3\xa4st\t", "None"};
    const crashfree_host host = {.context = &P.channels[index],
                                 .now = host_now,
                                 .monotonic = host_monotonic,
                                 .random = host_random,
                                 .wake = host_wake,
                                 .fetch = host_fetch,
                                 .before_send = host_before_send};
    const life_config *config = &P.life->config;
    channel *c = &P.channels[index];
    const int broken = config->works ? -1 : config->broken;

    memset(c, 0, sizeof *c);
    c->alive = true;
    c->client = memory[index].bytes;
    c->release = release;
    c->timer = INFINITY;
    P.subject->init(c->client, &host);
    if (!P.subject->is_core) {
        return;
    }
    if (broken != 0) {
        set_text(c->client, CRASHFREE_DSN, broken == 1 ? "https://o1.ingest.example/42" : DSN);
    }
    if (broken != 2) {
        set_text(c->client, CRASHFREE_RELEASE, broken == 3 ? "Latest" : life_releases[release]);
    }
    if (broken == 4) {
        set_text(c->client, CRASHFREE_TUNNEL, "");
    } else if (config->tunnel) {
        set_text(c->client, CRASHFREE_TUNNEL, TUNNEL);
    }
    set_text(c->client, CRASHFREE_ENVIRONMENT, environments[config->environment]);
    if (config->long_agent) {
        char agent[CRASHFREE_USER_AGENT_MAX + 40];

        memset(agent, '"', sizeof agent);
        (void)crashfree_set_text(c->client, CRASHFREE_USER_AGENT, agent, sizeof agent);
    } else {
        set_text(c->client, CRASHFREE_USER_AGENT, "Mozilla/5.0 (X11)");
    }
    crashfree_set_number(c->client, CRASHFREE_CONSENT, M.options.consent);
    crashfree_set_number(c->client, CRASHFREE_REPORTS, config->reports);
    if (is_main) {
        crashfree_set_number(c->client, CRASHFREE_SAMPLE_RATE, config->sample_rate);
        crashfree_set_number(c->client, CRASHFREE_UNHANDLED,
                             config->unhandled ? CRASHFREE_UNHANDLED_END : CRASHFREE_CRASHED);
        crashfree_set_number(c->client, CRASHFREE_PER_MINUTE, config->per_minute);
        crashfree_set_number(c->client, CRASHFREE_BEFORE_SEND, config->before_send != DISMISS_OFF);
    }
}

/* A client delivers what an earlier page left in storage. */
static void restore(int index, int release) {
    channel *c = &P.channels[index];
    bool opened = false;

    for (unsigned i = 0; i < P.record_count; i++) {
        const record *r = &P.records[i];
        const model_session *session = &M.sessions[r->session];
        witness *w = &P.witnesses[r->session];
        const double age = wall() - r->item.started;
        char text[32 + CRASHFREE_USER_ID_MAX + 1];

        if (session->release != release) {
            continue;
        }
        if (!opened) {
            open_channel(index, release, false);
            opened = true;
        }
        memcpy(text, r->item.sid, 32);
        (void)snprintf(text + 32, sizeof text - 32, "%s",
                       r->item.did < 0 ? "" : S.dids[r->item.did]);
        w->channel = index;
        const bool taken = crashfree_restore(c->client, text, strlen(text), r->item.started,
                                             (crashfree_session_status)(r->item.status == SERVER_OK
                                                                            ? SERVER_EXITED
                                                                            : r->item.status),
                                             (uint32_t)r->item.errors, !r->item.init);

        trace("session %u is restored: %d, age %g s", r->session + 1, taken, age / 1000);
        if (taken != (age <= CRASHFREE_AGE_MAX_MS)) {
            fail("storage keeps sessions for five days", "age %g s", age / 1000);
        }
        if (taken) {
            model_restore(&M, r->session, P.now, fmax(age, 0));
        } else {
            w->excused = true;
        }
    }
    if (opened) {
        crashfree_flush(c->client);
    }
}

static void load_page(int release, model_consent consent_now) {
    const life_config *config = &P.life->config;
    const model_options options = {.release = release,
                                   .consent = consent_now,
                                   .works = config->works,
                                   .unhandled = config->unhandled ? END_UNHANDLED : END_CRASHED,
                                   .per_minute = config->per_minute,
                                   .lateness = config->lateness};

    trace("page of release %d", release);
    model_page(&M, &options);
    P.visible = !config->hidden_start;
    P.page_requests = 0;
    P.page_events = 0;
    P.page_began = P.now;
    for (int i = 0; i < LIFE_RELEASES && P.record_count > 0; i++) {
        restore(1 + i, i);
    }
    P.record_count = 0;
    open_channel(0, release, true);
    user(config->first_user);
    if (!config->manual) {
        start(false);
    }
    if (config->hidden_start) {
        hide(false);
    }
}

/* Which facts of a session on a page are on their way. */
static model_facts on_their_way(unsigned session) {
    model_facts facts = {0};

    for (unsigned i = 0; i < P.active_count; i++) {
        const request *request = &P.requests[P.active[i]];

        for (unsigned j = request->first; j < request->first + request->count; j++) {
            if (P.items[j].session == session && request->channel >= 0) {
                merge(&facts, P.items[j].facts);
            }
        }
    }
    return facts;
}

/* Every session that began is delivered, on its way, waiting, or counted as lost. */
static void account(unsigned channel_index, bool *waits) {
    channel *c = &P.channels[channel_index];
    unsigned begun = 0;
    unsigned lost = 0;
    unsigned perhaps = 0;
    unsigned counted = 0;
    server_item item;
    char text[4096];

    if (crashfree_saveable(c->client) > CRASHFREE_SESSIONS_MAX) {
        fail("memory is bounded", "%u sessions", crashfree_saveable(c->client));
    }
    for (unsigned i = 0; i < crashfree_saveable(c->client); i++) {
        const size_t length = crashfree_save(c->client, i, text, sizeof text);
        const char *wrong = NULL;
        int at = -1;

        if (length == 0) {
            continue;
        }
        wrong = server_read_session(&S, text, length, &item);
        at = wrong == NULL ? witness_of(item.sid) : -1;
        if (at < 0) {
            fail("what is saved can be read", "%s: %.200s", wrong, text);
            continue;
        }
        waits[at] = true;
        if (c->ended_in_limit && (item.init || item.status != SERVER_OK)) {
            fail("what a limit holds back when the page ends is given up", "session %d", at + 1);
        }
        check_identity(&item, &M.sessions[at], (unsigned)at);
        if (P.record_count < RECORDS) {
            P.records[P.record_count].session = (unsigned)at;
            P.records[P.record_count++].item = item;
        }
        if (item.init != (P.witnesses[at].inits_on_way == 0 && !P.witnesses[at].init_known)) {
            fail("what is saved says whether it was announced", "session %d", at + 1);
        }
    }
    for (unsigned i = 0; i < M.count; i++) {
        const model_session *session = &M.sessions[i];
        witness *w = &P.witnesses[i];

        if (session->page != M.page || w->channel != (int)channel_index) {
            continue;
        }
        begun++;
        if (session->forgotten) {
            perhaps++;
            continue;
        }
        const model_facts on_way = on_their_way(i);
        model_facts covered = w->known;

        merge(&covered, w->assumed);
        merge(&covered, on_way);
        const bool has_end = session->is.end > END_EXITED;
        const bool init_lost = !covered.begun && !waits[i];
        const bool rest_lost = ((session->is.errored && !covered.errored) ||
                                (has_end && covered.end != session->is.end)) &&
                               !waits[i];

        w->untold = !covered.begun || (session->is.errored && !covered.errored) ||
                    (has_end && covered.end != session->is.end);
        w->excused |= init_lost || rest_lost;
        if (init_lost || rest_lost) {
            lost++;
        } else if (session->dismissed || session->lapsed || w->refusals > 2 || w->was_on_way ||
                   w->inits_on_way > 0 || on_way.errored ||
                   /* Only its end as `exited` is lost, which says nothing. */
                   (session->is.errored && session->is.end != covered.end && !waits[i]) ||
                   (session->is.user != covered.user && !waits[i])) {
            perhaps++;
        }
    }
    for (int i = CRASHFREE_DROPPED_QUEUE; i < CRASHFREE_COUNTERS; i++) {
        counted +=
            i == CRASHFREE_DROPPED_FUSE ? 0 : crashfree_count(c->client, (crashfree_counter)i);
    }
    if (c->inexact) {
        return;
    }
    if (counted < lost || counted > lost + perhaps) {
        fail("every session is delivered, waiting or counted as lost",
             "%u lost (and %u perhaps), %u counted", lost, perhaps, counted);
    }
    if (channel_index == 0 &&
        (crashfree_count(c->client, CRASHFREE_STARTED) != begun ||
         crashfree_count(c->client, CRASHFREE_DROPPED_FUSE) != M.refused_starts)) {
        fail("started counts sessions", "%u, not %u; %u refused, not %u",
             crashfree_count(c->client, CRASHFREE_STARTED), begun,
             crashfree_count(c->client, CRASHFREE_DROPPED_FUSE), M.refused_starts);
    }
}

/* Nothing waits, but for what the server refused as it is. */
static void check_told(const char *rule, bool by_itself) {
    /* More sessions than a client keeps: some were given up. */
    if (P.bound - M.first > CRASHFREE_SESSIONS_MAX || M.options.consent != GRANTED ||
        !P.life->config.works || P.result.failure != NULL) {
        return;
    }
    for (unsigned i = 0; i < P.bound; i++) {
        const model_session *session = &M.sessions[i];
        const witness *w = &P.witnesses[i];
        const channel *c = &P.channels[w->channel];

        if (session->page != M.page || session->forgotten || session->dismissed ||
            !session->sampled || P.now - session->began > OLD_MS || !c->alive || c->inexact ||
            w->refusals > 2 || (by_itself && c->failures > RETRIES)) {
            continue;
        }
        model_facts told = on_their_way(i);

        merge(&told, w->known);
        merge(&told, w->assumed);
        /* What was refused travels with the next news. */
        const bool refused = w->refused && w->when_refused.end == session->is.end &&
                             w->when_refused.errored == session->is.errored;

        if (!refused && (!told.begun || told.errored != session->is.errored ||
                         (session->is.end > END_EXITED && told.end != session->is.end))) {
            fail(rule, "session %u", i + 1);
        }
    }
}

/* The network works again, for longer than any limit or retry. Nothing must be left waiting. */
static void heal(void) {
    P.healed = true;
    advance(P.now + HEAL_MS);
    check_told("what waits for the network or a limit leaves by itself", true);
    flush();
    advance(P.now + 180000);
    check_told("a network that works delivers what waits", false);
}

static void end_page(page_end how) {
    const bool in_front = how == PAGE_KILLED_IN_FRONT;
    const bool stores = P.life->config.storage && M.options.consent == GRANTED &&
                        P.life->config.works && P.subject->is_core;
    bool waits[MODEL_SESSIONS];

    P.record_count = 0;
    if (P.life->config.heals && P.life->config.faults > 0) {
        heal();
    }
    trace("page ends: %d", how);
    if (!in_front && how != PAGE_GONE) {
        hide(false);
    }
    if (how != PAGE_KILLED_IN_BACK && !in_front) {
        rng random = event_random();

        /* A host that stores what is left does not let it be given up. */
        hide(!stores);
        /* Documents are not destroyed at once. */
        if (rng_chance(&random, 0.3)) {
            advance(P.now + rng_below(&random, 400));
        }
    }
    if (P.subject->is_core && P.result.failure == NULL) {
        memset(waits, 0, M.count);
        for (unsigned i = 0; i < CHANNELS; i++) {
            if (P.channels[i].alive) {
                account(i, waits);
            }
        }
        for (unsigned i = 0; i < M.count; i++) {
            P.witnesses[i].excused |=
                waits[i] && P.witnesses[i].untold && (!stores || P.life->config.storage_fails);
        }
    }
    P.healed = false;
    const bool died = stores && in_front && P.visible;
    const int running = M.running;

    if (!stores || P.life->config.storage_fails) {
        P.record_count = 0;
    }
    model_leave(&M, died && P.record_count > 0);
    for (unsigned i = 0; i < P.record_count;) {
        record *r = &P.records[i];

        if (died && (int)r->session == running) {
            r->item.status = SERVER_ABNORMAL;
        }
        /* Nothing to tell. */
        if (!r->item.init && r->item.status <= SERVER_EXITED && r->item.errors == 0) {
            *r = P.records[--P.record_count];
        } else {
            i++;
        }
    }
    for (unsigned i = 0; i < P.active_count; i++) {
        request *request = &P.requests[P.active[i]];

        for (unsigned j = request->first; j < request->first + request->count; j++) {
            if (request->channel >= 0) {
                merge(&P.witnesses[P.items[j].session].assumed, P.items[j].facts);
            }
        }
        request->channel = -1;
    }
    for (unsigned i = 0; i < CHANNELS; i++) {
        P.channels[i].alive = false;
    }
}

/* ---- a life ------------------------------------------------------------------------------ */

static void check_rate(void) {
    const double elapsed = P.now - P.page_began;

    if (P.page_requests > 3 * (P.page_events + 4) + elapsed / 700) {
        fail("requests are bounded", "%u after %u events in %g s", P.page_requests, P.page_events,
             elapsed / 1000);
    }
}

static void play_event(const event *e) {
    rng random = event_random();

    P.calls = 0;
    switch (e->kind) {
    case EVENT_FLUSH:
        flush();
        P.calls = 0;
        break;
    case EVENT_NAVIGATE:
        P.visible = true;
        start(true);
        break;
    case EVENT_HANDLED:
    case EVENT_UNHANDLED:
        error(e->kind == EVENT_UNHANDLED);
        break;
    case EVENT_USER:
        user(e->argument);
        break;
    case EVENT_HIDE:
        hide(false);
        P.calls = 0;
        break;
    case EVENT_SHOW:
        P.visible = true;
        break;
    case EVENT_RESTORED:
        hide(false);
        advance(P.now + 1 + rng_below(&random, 100000));
        P.visible = true;
        P.calls = 0;
        start(true);
        break;
    case EVENT_CONSENT:
        consent((model_consent)e->argument);
        P.calls = 0;
        break;
    case EVENT_WAKE:
        model_wake(&M, P.now);
        crashfree_wake(main_channel()->client);
        check_session();
        break;
    case EVENT_CLOCK:
        P.jumped = true;
        P.skew += e->argument * 1000.0;
        break;
    case EVENT_SLEEP:
        for (unsigned i = 0; i < P.active_count; i++) {
            /* Sessions may expire with their answers still on the way. */
            main_channel()->inexact = true;
            if (!P.requests[P.active[i]].arrived) {
                arrive(&P.requests[P.active[i]]);
            }
        }
        P.jumped = true;
        if (P.life->config.clock_sleeps) {
            P.slept += e->argument * 1000.0;
        } else {
            P.now += e->argument * 1000.0;
        }
        break;
    case EVENT_START:
        finish(END_EXITED);
        start(true);
        break;
    case EVENT_END:
        finish((model_end)e->argument);
        break;
    case EVENT_CLOSE:
        model_close(&M, P.now);
        crashfree_close(main_channel()->client);
        for (int i = 1; i < CHANNELS; i++) {
            if (P.channels[i].alive) {
                crashfree_flush(P.channels[i].client);
            }
        }
        P.calls = 0;
        break;
    default: {
        const model_consent consent_now = M.options.consent;
        const int release = main_channel()->release;
        const page_end how = (page_end)e->argument;

        end_page(how);
        load_page(how == PAGE_LEFT_NEW_RELEASE ? (release + 1) % LIFE_RELEASES : release,
                  consent_now);
        P.calls = 0;
        break;
    }
    }
    if (P.calls > 1) {
        fail("one event makes one request at most", "%u", P.calls);
    }
}

/* Whether the server counted a session between `least` and `most` times or so often. */
static void check_between(const char *rule, unsigned index, unsigned is, bool least,
                          unsigned most) {
    if (is < least) {
        fail(rule, "session %u is missing", index + 1);
    }
    if (is > most) {
        fail(rule, "session %u counts %u times", index + 1, is);
    }
}

static void check_session_numbers(unsigned index) {
    static const server_sid nothing;
    const model_session *session = &M.sessions[index];
    const witness *w = &P.witnesses[index];
    const server_sid *found = server_find(&S, w->sid);
    const server_sid *is = found == NULL ? &nothing : found;
    const model_facts none = {0};
    const model_facts may = !session->sampled || w->sid[0] == '\0' ? none
                            : session->dismissed                   ? session->owed
                                                                   : session->is;
    const bool faulty = P.life->config.faults > 0;
    /* What went wrong is accounted for page by page; here it only has to have a reason. */
    const bool excused = w->dropped || (faulty && w->excused) ||
                         (faulty && (session->forgotten || session->dismissed || session->lapsed ||
                                     w->inits_on_way > 0));
    const bool end_excused = excused || (faulty && w->ends_on_way > 0) ||
                             (faulty && w->sent.errored != w->known.errored);
    const model_facts must = excused || !session->sampled ? none : session->owed;
    const bool must_end = !end_excused;
    const unsigned ends_most = 1 + w->ends_spare;

    check_between("init counts once", index, is->inits, must.begun, may.begun + w->inits_spare);
    check_between("a crash counts once", index, is->crashed, must_end && must.end == END_CRASHED,
                  may.end == END_CRASHED ? ends_most : 0);
    check_between("an unhandled end counts once", index, is->unhandled,
                  must_end && must.end == END_UNHANDLED, may.end == END_UNHANDLED ? ends_most : 0);
    check_between("an abnormal end counts once", index, is->abnormal,
                  must_end && must.end == END_ABNORMAL, may.end == END_ABNORMAL ? ends_most : 0);
    check_between("errored sessions are errored", index, is->errored,
                  must_end && (must.errored || must.end > END_EXITED),
                  may.errored || may.end > END_EXITED);
    P.result.doubled += is->inits > 1;
    P.result.missing += faulty && is->inits == 0 && session->sampled && session->is.begun;
}

static bool same_numbers(const model_session *session) {
    const model_facts *a = &session->is;
    const model_facts *b = &session->owed;

    return a->begun == b->begun && a->errored == b->errored && a->user == b->user &&
           (a->end == b->end || (a->end <= END_EXITED && b->end <= END_EXITED));
}

static void check_numbers(void) {
    bool exact = P.life->config.faults == 0;

    for (unsigned i = 0; i < M.count; i++) {
        check_session_numbers(i);
        exact = exact && !P.witnesses[i].dropped &&
                (same_numbers(&M.sessions[i]) || M.sessions[i].dismissed);
    }
    P.result.exact = exact;
    for (int i = 0; exact && i < LIFE_RELEASES; i++) {
        const server_metrics is = server_derive(&S, life_releases[i]);
        const model_metrics expected = model_derive(&M, i, false);

        if (is.all != expected.all || is.errored_all != expected.errored_all ||
            is.crashed != expected.crashed || is.abnormal != expected.abnormal ||
            is.unhandled != expected.unhandled || is.users != expected.users ||
            is.users_errored != expected.users_errored ||
            is.users_crashed != expected.users_crashed ||
            is.users_abnormal != expected.users_abnormal ||
            is.users_unhandled != expected.users_unhandled) {
            fail("the server's numbers are what people experienced",
                 "all %u/%u, errored %u/%u, crashed %u/%u, abnormal %u/%u, unhandled %u/%u, users "
                 "%u/%u %u/%u %u/%u %u/%u %u/%u (server/people)",
                 is.all, expected.all, is.errored_all, expected.errored_all, is.crashed,
                 expected.crashed, is.abnormal, expected.abnormal, is.unhandled, expected.unhandled,
                 is.users, expected.users, is.users_errored, expected.users_errored,
                 is.users_crashed, expected.users_crashed, is.users_abnormal,
                 expected.users_abnormal, is.users_unhandled, expected.users_unhandled);
        }
    }
}

play_result play_life(const life *life, const subject *subject, bool with_trace) {
    memset(&P, 0, offsetof(struct play, channels));
    memset(P.channels, 0, sizeof P.channels);
    model_reset(&M);
    server_reset(&S);
    P.life = life;
    P.subject = subject;
    P.trace = with_trace;
    P.ids.state = life->config.seed;
    P.now = life->config.origin;
    P.skew = life->config.skew;
    P.event = life->count;
    if (subject->size() > sizeof memory[0]) {
        fail("bounds of the simulator", "a client has %zu bytes", subject->size());
        return P.result;
    }
    load_page(0, (model_consent)life->config.consent);
    for (unsigned i = 0; i < life->count && P.result.failure == NULL; i++) {
        const event *e = &life->events[i];

        /* Several events of one task: no timer runs between them. */
        if (e->after > 0) {
            advance(P.now + e->after);
        }
        P.event = i;
        P.nth = 0;
        P.page_events++;
        if (life->config.faults > 0) {
            rng random = event_random();

            if (rng_chance(&random, 0.3)) {
                P.storm = rng_chance(&random, life->config.faults);
            }
        }
        if (P.result.failure == NULL) {
            trace("event %u", i + 1);
            play_event(e);
        }
        if (P.result.failure == NULL && subject->is_core) {
            check_status();
            check_rate();
        }
    }
    if (P.result.failure == NULL) {
        end_page(life->config.last);
    }
    for (unsigned i = 0; i < P.record_count; i++) {
        P.witnesses[P.records[i].session].excused = true;
    }
    for (unsigned i = 0; i < P.active_count && P.result.failure == NULL; i++) {
        if (!P.requests[P.active[i]].arrived) {
            P.now = fmax(P.now, P.requests[P.active[i]].arrives);
            arrive(&P.requests[P.active[i]]);
        }
    }
    P.result.sessions = M.count;
    if (P.result.failure == NULL && subject->is_core) {
        if (P.bound != M.count) {
            fail("sessions begin when people begin something", "%u of %u", P.bound, M.count);
        } else {
            check_numbers();
        }
    }
    return P.result;
}
