#include "world.h"

#include <math.h>
#include <string.h>

#define ENDPOINT                                                                                   \
    "https://o1.ingest.example/api/42/envelope/?sentry_version=7&sentry_key=" KEY                  \
    "&sentry_client=crashfree%2F" CRASHFREE_VERSION

/* Of a page on which nothing happens. One may be on its way to that end already. */
#define PROBES_MAX 9

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
    w->wall = wall() - (P.now - session->began);
    w->truly = true_time() - (P.now - session->began);
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

/* Text and options of an item must be those of its session. */
void check_identity(const server_item *item, const model_session *session, unsigned index) {
    const life_config *config = &P.life->config;
    const char *did = item->did < 0 ? "" : S.dids[item->did];

    if (strcmp(did, life_dids[session->is.user]) != 0) {
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
    const double changed = wall() - (P.now - M.sessions[index].changed);

    if (item->timestamp < item->started || item->timestamp > fmax(floor(wall()), item->started) ||
        (!P.jumped && fabs(item->timestamp - changed) > 1)) {
        fail("timestamp is when the session changed", "session %u, off by %g ms", index + 1,
             item->timestamp - changed);
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
    const bool again = w->end_sent && item->init && end <= END_EXITED &&
                       (w->ends_on_way > 0 || w->end_known || w->doubt_end);
    sent_item *sent = &P.items[P.item_count];

    if (P.subject->is_core) {
        check_identity(item, session, index);
        check_times(item, w, index);
    }
    if ((item->init && w->doubt_init) || (end != END_NONE && !again && w->doubt_end)) {
        fail("what may have arrived waits until an answer is read", "session %u", index + 1);
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
    if (!item->init && w->inits_on_way == 0 && !w->init_known && !w->doubt_init) {
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
    if (item->killed != (end == END_ABNORMAL && session->killed)) {
        fail("an abnormal end tells of a page that was killed", "session %u", index + 1);
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
    sent->left = false;
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
    rng answers = {rng_mix(random.state)};
    request *request = &P.requests[P.request_count];

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
    if (P.envelope.has_dsn && strcmp(P.envelope.dsn, DSN_SENT) != 0) {
        fail("a secret stays in the page", "%s", P.envelope.dsn);
    }
    memset(request, 0, sizeof *request);
    request->channel = (int)(c - P.channels);
    request->number = number;
    request->mode = mode;
    if ((mode & CRASHFREE_FETCH_PROBE) != 0) {
        c->probe = number;
        c->failures++;
        if (++c->probes > PROBES_MAX) {
            fail("probes that nobody answers come to an end", "%u", c->probes);
        }
    }
    request->sent_at = P.envelope.sent_at;
    request->skew = P.skew;
    request->first = P.item_count;
    const bool wrong_now = !P.healed && config->faults > 0 &&
                           (config->storms ? P.storm : rng_chance(&random, config->faults));

    if (config->same) {
        random.state = P.life->seed;
    }
    const fate real = network_fate(&random, wrong_now, config->latency);
    const bool opaque = (mode & CRASHFREE_FETCH_OPAQUE) != 0;
    const bool probe = (mode & CRASHFREE_FETCH_PROBE) != 0;

    request->fate = network_seen(
        &real,
        opaque  ? WAY_OPAQUE
        : probe ? WAY_PROBE
                : WAY_NORMAL,
        P.unreadable || (config->lost_answers > 0 && rng_chance(&answers, config->lost_answers)));
    if (opaque != (c->unreadable && !probe)) {
        fail("a request says that its answer cannot be read", "mode %d", mode);
    }
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
    if ((P.envelope.count == 0 && !P.envelope.has_report) != probe) {
        fail("a request says something or is a probe", "mode %d", mode);
    }
    request->arrives = P.now + request->fate.latency / 2;
    request->answers = request->fate.answered ? P.now + request->fate.latency : INFINITY;
    P.active[P.active_count++] = P.request_count++;
}

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

const crashfree_host world_host = {.now = host_now,
                                   .monotonic = host_monotonic,
                                   .random = host_random,
                                   .wake = host_wake,
                                   .fetch = host_fetch,
                                   .before_send = host_before_send};
