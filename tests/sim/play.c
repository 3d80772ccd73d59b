#include "world.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Room for clients; aligned as malloc's memory is. */
static union {
    max_align_t align;
    char bytes[65536];
} memory[CHANNELS];

/* ---- page events ------------------------------------------------------------------------- */

static channel *main_channel(void) {
    return &P.channels[0];
}

/* When what is told now happened: mostly now, sometimes some time ago. What becomes of an error of
 * before depends on what has left, which is only known where nothing goes wrong. */
static double told(bool is_error) {
    const life_config *config = &P.life->config;
    rng random = event_random();
    const bool calm = config->faults == 0 && config->lost_answers == 0 && !config->unreadable &&
                      config->before_send == DISMISS_OFF && config->lateness == 0 &&
                      config->sample_rate == 1 && M.options.consent == GRANTED;

    if (!P.subject->is_core || !config->late_facts || P.asked || !rng_chance(&random, 0.5) ||
        (is_error && !calm)) {
        return NAN;
    }
    /* Errors come in rows, and as people leave. */
    const bool again = is_error && P.late_error > P.now - 30000 && rng_chance(&random, 0.5);
    const bool leaving = is_error && M.present >= 0 && rng_chance(&random, 0.3);
    const double at = again     ? P.late_error
                      : leaving ? fmax(M.sessions[M.present].began - 1, 0)
                                : fmax(P.now - 1 - rng_below(&random, 3000), 0);

    if (at >= P.now || (is_error && !model_knows(&M, at))) {
        return NAN;
    }
    P.late_error = is_error ? at : P.late_error;
    return at;
}

/* Whether something left without an answer. */
static bool has_doubts(void) {
    for (unsigned i = M.first; i < P.bound; i++) {
        if (P.witnesses[i].doubt_init || P.witnesses[i].doubt_end) {
            return true;
        }
    }
    return false;
}

static void start(bool announce) {
    channel *c = main_channel();

    if (P.subject->is_core && crashfree_saveable(c->client) >= CRASHFREE_SESSIONS_MAX &&
        (P.active_count > 0 || has_doubts())) {
        c->inexact = true;
    }
    const double at = told(false);

    model_start(&M, P.now, isnan(at) ? P.now : at, announce);
    P.subject->start(c->client, announce, at);
}

static void user(int which) {
    if (P.subject->is_core &&
        crashfree_saveable(main_channel()->client) >= CRASHFREE_SESSIONS_MAX) {
        main_channel()->inexact = true;
    }
    model_user(&M, P.now, which);
    P.subject->user(main_channel()->client, life_users[which], strlen(life_users[which]));
}

static void error(bool unhandled) {
    const double at = told(true);

    model_error(&M, P.now, isnan(at) ? P.now : at, unhandled);
    P.subject->error(main_channel()->client,
                     unhandled ? CRASHFREE_ERROR_UNHANDLED : CRASHFREE_ERROR_HANDLED, at);
}

static void finish(model_end end) {
    model_finish(&M, P.now, end == END_NONE ? END_EXITED : end);
    crashfree_end_session(main_channel()->client, (crashfree_session_status)end, NAN);
}

/* What is on its way in a channel is taken to arrive, as nobody hears of an answer any more. */
static void assume(request *request) {
    for (unsigned j = request->first; j < request->first + request->count; j++) {
        merge(&P.witnesses[P.items[j].session].assumed, P.items[j].facts);
        P.items[j].left = true;
    }
}

/* A client is gone, and with it who would hear of what it has on its way. */
static void abandon(int index) {
    for (unsigned i = 0; i < P.active_count; i++) {
        request *request = &P.requests[P.active[i]];

        if (request->channel == index) {
            assume(request);
            request->channel = -1;
        }
    }
    P.channels[index].alive = false;
}

static void consent(model_consent value) {
    model_consent_is(&M, P.now, value);
    /* What is asked in before_send may change it again, and that holds. */
    for (int i = 0; i < CHANNELS && !M.closed && M.options.consent == value; i++) {
        if (P.channels[i].alive) {
            P.channels[i].failures = 0;
            crashfree_set_consent(P.channels[i].client, (crashfree_consent)value);
            /* A client for earlier pages has nothing more to do: it must not begin a session when
             * consent is granted again. */
            if (i > 0 && value == DENIED) {
                abandon(i);
            }
        }
    }
    if (value == DENIED && !M.closed) {
        P.record_count = 0;
    }
}

/* It begins anew, as if nothing had failed before. */
static void flush_channel(channel *c) {
    c->failures = 0;
    c->probes = 0;
    P.subject->flush(c->client);
}

static void flush(void) {
    model_send(&M, P.now);
    for (int i = 0; i < CHANNELS; i++) {
        if (P.channels[i].alive) {
            flush_channel(&P.channels[i]);
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

        if (i + 3 != CRASHFREE_COUNT_SAMPLE_RATE && c->reported[i] != lost) {
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

void nested(channel *c) {
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
    crashfree_status expected = CRASHFREE_STATUS_ACTIVE;

    if (M.closed) {
        expected = CRASHFREE_STATUS_CLOSED;
    } else if (!P.life->config.works) {
        if (status == CRASHFREE_STATUS_ACTIVE) {
            fail("status tells why nothing is sent", "broken option %d", P.life->config.broken);
        }
        return;
    } else if (M.options.consent != GRANTED) {
        expected = M.options.consent == PENDING ? CRASHFREE_STATUS_CONSENT_PENDING
                                                : CRASHFREE_STATUS_CONSENT_DENIED;
    } else if (main_channel()->limited_least > P.now) {
        expected = CRASHFREE_STATUS_RATE_LIMITED;
    } else if (main_channel()->limited_most > P.now) {
        return;
    } else if (main_channel()->foreign) {
        expected = CRASHFREE_STATUS_ANSWERS_FOREIGN;
    } else if (M.too_many) {
        expected = CRASHFREE_STATUS_TOO_MANY_SESSIONS;
    } else if (present != NULL && !present->sampled) {
        expected = CRASHFREE_STATUS_SAMPLED_OUT;
    } else if (main_channel()->unreadable) {
        expected = CRASHFREE_STATUS_ANSWERS_UNREADABLE;
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
    crashfree_host host = world_host;
    const life_config *config = &P.life->config;
    channel *c = &P.channels[index];
    const int broken = config->works ? -1 : config->broken;

    memset(c, 0, sizeof *c);
    host.context = c;
    c->alive = true;
    c->client = memory[index].bytes;
    c->release = release;
    c->timer = INFINITY;
    P.subject->init(c->client, &host);
    if (!P.subject->is_core) {
        return;
    }
    if (broken != 0) {
        set_text(c->client, CRASHFREE_OPTION_DSN,
                 broken == 1 ? "https://o1.ingest.example/42" : DSN);
    }
    if (broken != 2) {
        set_text(c->client, CRASHFREE_OPTION_RELEASE,
                 broken == 3 ? "Latest" : life_releases[release]);
    }
    if (broken == 4) {
        char tunnel[CRASHFREE_URL_MAX + 2] = {0};

        memset(tunnel, '/', sizeof tunnel - 1);
        set_text(c->client, CRASHFREE_OPTION_TUNNEL, tunnel);
    } else if (config->tunnel) {
        set_text(c->client, CRASHFREE_OPTION_TUNNEL, TUNNEL);
    }
    set_text(c->client, CRASHFREE_OPTION_ENVIRONMENT, environments[config->environment]);
    if (config->long_agent) {
        char agent[CRASHFREE_USER_AGENT_MAX + 40];

        memset(agent, '"', sizeof agent);
        (void)crashfree_set_text(c->client, CRASHFREE_OPTION_USER_AGENT, agent, sizeof agent);
    } else {
        set_text(c->client, CRASHFREE_OPTION_USER_AGENT, "Mozilla/5.0 (X11)");
    }
    crashfree_set_number(c->client, CRASHFREE_OPTION_CONSENT, M.options.consent);
    crashfree_set_number(c->client, CRASHFREE_OPTION_REPORTS, config->reports);
    if (is_main) {
        crashfree_set_number(c->client, CRASHFREE_OPTION_SAMPLE_RATE, config->sample_rate);
        crashfree_set_number(c->client, CRASHFREE_OPTION_UNHANDLED,
                             config->unhandled ? CRASHFREE_SESSION_UNHANDLED
                                               : CRASHFREE_SESSION_CRASHED);
        crashfree_set_number(c->client, CRASHFREE_OPTION_PER_MINUTE, config->per_minute);
        crashfree_set_number(c->client, CRASHFREE_OPTION_BEFORE_SEND,
                             config->before_send != DISMISS_OFF);
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
        const double age = wall() - r->started;
        /* An announced session that was running is news if its page was killed. */
        const bool news = r->due || (r->killed && r->status == CRASHFREE_SESSION_OK);

        if (session->release != release) {
            continue;
        }
        if (!c->alive) {
            open_channel(index, release, false);
        }
        opened = true;
        P.moved += session->page == M.page && w->channel != index;
        w->channel = index;
        w->refusals = 0; /* of this client */
        /* What nobody answered before its page ended is told again. */
        forget_doubts(w);
        const bool taken = crashfree_restore(c->client, r->text, strlen(r->text), r->killed);

        trace("session %u is restored: %d, age %g s", r->session + 1, taken, age / 1000);
        if (taken != (news && age <= AGE_MS)) {
            fail("storage keeps news, for five days", "age %g s, due %d", age / 1000, r->due);
        }
        if (!news) {
            continue;
        }
        if (taken) {
            model_restore(&M, r->session, P.now, fmax(age, 0));
        } else {
            w->excused = true;
        }
    }
    if (opened) {
        flush_channel(c);
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
    P.moved = 0;
    P.page_began = P.now;
    P.late_error = -INFINITY;
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

/* The network works again, for longer than any limit or retry. Nothing must be left waiting. */
static void heal(void) {
    P.healed = true;
    advance(P.now + HEAL_MS);
    check_told("what waits for the network or a limit leaves by itself", true);
    flush();
    /* Probes wait longer each time, at last for longer than any answer takes. */
    advance(P.now + 1200000);
    check_told("a network that works delivers what waits", false);
}

/* Whether a host stores what a page leaves. */
static bool may_store(void) {
    return P.life->config.storage && M.options.consent == GRANTED && P.life->config.works &&
           P.subject->is_core;
}

/* The page leaves its sessions to another one, which finds their records, and goes on without. */
static void hand_over(void) {
    rng random = event_random();
    bool waits[MODEL_SESSIONS];

    if (!may_store()) {
        return;
    }
    trace("the page hands over");
    memset(waits, 0, M.count);
    account(0, waits);
    for (unsigned i = 0; i < M.count; i++) {
        P.witnesses[i].excused |= waits[i] && P.witnesses[i].untold && P.life->config.storage_fails;
    }
    for (unsigned i = 0; i < P.active_count; i++) {
        if (P.requests[P.active[i]].channel == 0) {
            assume(&P.requests[P.active[i]]);
        }
    }
    for (unsigned i = 0; i < P.bound; i++) {
        if (M.sessions[i].page == M.page && P.witnesses[i].channel == 0) {
            forget_doubts(&P.witnesses[i]);
        }
    }
    crashfree_forget(main_channel()->client);
    model_hand_over(&M);
    advance(P.now + rng_below(&random, 5000));
    for (int i = 0; i < LIFE_RELEASES && !P.life->config.storage_fails; i++) {
        restore(1 + i, i);
    }
    P.record_count = 0;
}

static void end_page(page_end how) {
    const bool in_front = how == PAGE_KILLED_IN_FRONT;
    const bool stores = may_store();
    bool waits[MODEL_SESSIONS];

    P.record_count = 0;
    if (P.life->config.heals && P.life->config.faults > 0) {
        heal();
    }
    if (P.life->config.before_send == DISMISS_BUSY) {
        /* What happened while it was asked leaves as a task of its own, which comes first. */
        advance(P.now + P.life->config.lateness);
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

    if (!stores || P.life->config.storage_fails) {
        P.record_count = 0;
    }
    model_leave(&M, died && P.record_count > 0);
    for (unsigned i = 0; i < P.record_count; i++) {
        P.records[i].killed = died;
    }
    for (int i = 0; i < CHANNELS; i++) {
        abandon(i);
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

/* Whatever happens may be an occasion to ask again. */
static void something_happens(void) {
    for (int i = 0; i < CHANNELS; i++) {
        P.channels[i].probes = 0;
    }
}

static void play_event(const event *e) {
    rng random = event_random();

    P.calls = 0;
    something_happens();
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
        if (rng_chance(&random, 0.5)) {
            hand_over();
        }
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
    case EVENT_HAND_OVER:
        hand_over();
        P.calls = 0;
        break;
    case EVENT_CLOSE:
        model_close(&M, P.now);
        crashfree_close(main_channel()->client);
        for (int i = 1; i < CHANNELS; i++) {
            if (P.channels[i].alive) {
                flush_channel(&P.channels[i]);
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

play_result play_life(const life *life, const subject *subject, bool with_trace) {
    memset(&P, 0, offsetof(struct world, channels));
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
    P.unreadable = life->config.unreadable && life->config.readable_from > 0;
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
        P.unreadable = life->config.unreadable && (int)i < life->config.readable_from;
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
