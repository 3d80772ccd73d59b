#include "world.h"

#include <stdio.h>
#include <string.h>

/* Requests that come to nothing, after which only an event tries again. */
#define RETRIES 8
#define OLD_MS (AGE_MS - 2 * HEAL_MS)

/* Reads a record as the header describes it, and as it looks. */
static bool read_record(const char *text, record *out) {
    unsigned version = 0;
    unsigned due = 0;
    unsigned announced = 0;
    double time = 0;
    int did = 0;

    memset(out, 0, sizeof *out);
    /* The widths keep each number small enough for its type. NOLINTBEGIN(cert-err34-c) */
    if (strspn(text, "0123456789abcdef") < CRASHFREE_SID_LENGTH ||
        sscanf(text + CRASHFREE_SID_LENGTH, "%1u%1u%1u%1d%9u%7lf%8lf%n", &version, &due, &announced,
               &out->status, &out->errors, &out->started, &time, &did) != 7 ||
        version != 1 || (text[CRASHFREE_RECORD_DUE] == '1') != (due != 0)) {
        return false;
    }
    /* NOLINTEND(cert-err34-c) */
    const int at = witness_of(text);

    if (at < 0 ||
        strcmp(text + CRASHFREE_SID_LENGTH + did, life_dids[M.sessions[at].is.user]) != 0) {
        return false;
    }
    out->session = (unsigned)at;
    out->started = out->started * 86400000 + time;
    out->due = due != 0;
    out->announced = announced != 0;
    (void)snprintf(out->text, sizeof out->text, "%s", text);
    return true;
}

void account(unsigned channel_index, bool *waits) {
    channel *c = &P.channels[channel_index];
    unsigned begun = channel_index == 0 ? P.moved : 0;
    unsigned lost = 0;
    unsigned perhaps = 0;
    unsigned counted = 0;
    char text[CRASHFREE_RECORD_MAX];

    if (crashfree_saveable(c->client) > CRASHFREE_SESSIONS_MAX) {
        fail("memory is bounded", "%u sessions", crashfree_saveable(c->client));
    }
    for (unsigned i = 0; i < crashfree_saveable(c->client); i++) {
        record *r = &P.records[P.record_count];

        if (crashfree_save(c->client, i, text, sizeof text) == 0) {
            continue;
        }
        if (P.record_count == RECORDS || !read_record(text, r)) {
            fail("what is saved can be read", "%.200s", text);
            continue;
        }
        const unsigned at = r->session;

        waits[at] = true;
        P.record_count++;
        if (c->ended_in_limit && r->due) {
            fail("what a limit holds back when the page ends is given up", "session %u", at + 1);
        }
        if (r->announced != (P.witnesses[at].inits_on_way > 0 || P.witnesses[at].init_known)) {
            fail("what is saved says whether it was announced", "session %u", at + 1);
        }
    }
    for (unsigned i = 0; i < M.count; i++) {
        const model_session *session = &M.sessions[i];
        witness *w = &P.witnesses[i];

        if (session->page != M.page || w->channel != (int)channel_index) {
            continue;
        }
        begun++;
        /* What was left to others was accounted for when it was. */
        if (session->forgotten || session->left) {
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
                   /* It got too old while something of it was on its way. */
                   P.now - session->began > AGE_MS || w->inits_on_way > 0 || on_way.errored ||
                   /* The error left twice, was refused once and taken once. */
                   (session->is.errored && w->refusals > 0) ||
                   /* Only its end as `exited` is lost, which says nothing. */
                   (session->is.errored && session->is.end != covered.end && !waits[i]) ||
                   (session->is.user != covered.user && !waits[i])) {
            perhaps++;
        }
    }
    for (int i = CRASHFREE_COUNT_QUEUE_OVERFLOW; i <= CRASHFREE_COUNT_BACKPRESSURE; i++) {
        counted += i == CRASHFREE_COUNT_BACKPRESSURE
                       ? 0
                       : crashfree_count(c->client, (crashfree_counter)i);
    }
    if (c->inexact) {
        return;
    }
    if (counted < lost || counted > lost + perhaps) {
        fail("every session is delivered, waiting or counted as lost",
             "%u lost (and %u perhaps), %u counted", lost, perhaps, counted);
    }
    if (channel_index == 0 &&
        (crashfree_count(c->client, CRASHFREE_COUNT_STARTED) != begun ||
         crashfree_count(c->client, CRASHFREE_COUNT_BACKPRESSURE) != M.refused_starts)) {
        fail("started counts sessions", "%u, not %u; %u refused, not %u",
             crashfree_count(c->client, CRASHFREE_COUNT_STARTED), begun,
             crashfree_count(c->client, CRASHFREE_COUNT_BACKPRESSURE), M.refused_starts);
    }
}

void check_told(const char *rule, bool by_itself) {
    /* More sessions than a client keeps: some were given up. */
    if (P.bound - M.first > CRASHFREE_SESSIONS_MAX || M.options.consent != GRANTED ||
        !P.life->config.works || P.result.failure != NULL) {
        return;
    }
    for (unsigned i = 0; i < P.bound; i++) {
        const model_session *session = &M.sessions[i];
        const witness *w = &P.witnesses[i];
        const channel *c = &P.channels[w->channel];

        if (session->page != M.page || session->forgotten || session->left || session->dismissed ||
            !session->sampled || P.now - session->began > OLD_MS || !c->alive || c->inexact ||
            w->refusals > 2 || (by_itself && c->failures >= RETRIES)) {
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

void check_numbers(void) {
    const life_config *config = &P.life->config;
    /* What was in doubt leaves again when answers become readable, or on the next page. */
    bool exact =
        config->faults == 0 && config->lost_answers == 0 &&
        (!config->unreadable || (config->readable_from >= (int)P.life->count && !config->storage));

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
