#include "world.h"

#include <math.h>
#include <string.h>

/* The server gets a request. */
void arrive(request *request) {
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

/* An item was taken, as far as the client can know. */
static void know(channel *c, witness *w, unsigned session, model_facts facts, bool is_end) {
    w->init_known |= facts.begun;
    w->end_known |= is_end;
    merge(&w->known, facts);
    if (facts.begun && !M.sessions[session].forgotten) {
        /* It may have been given up for other reasons meanwhile. */
        const bool perhaps = M.sessions[session].dismissed || w->refusals > 2 ||
                             P.now - M.sessions[session].began > AGE_MS;

        c->accepted += !perhaps;
        c->accepted_perhaps += perhaps;
    }
}

void forget_doubts(witness *w) {
    w->doubt_init = false;
    w->doubt_end = false;
    w->doubt_lost = false;
    memset(&w->doubt, 0, sizeof w->doubt);
}

/* What is in doubt in a channel counts as taken, or as lost. */
static void settle_doubts(channel *c, bool taken) {
    for (unsigned i = 0; i < P.bound; i++) {
        witness *w = &P.witnesses[i];

        if (w->channel != (int)(c - P.channels) || M.sessions[i].page != M.page ||
            !(w->doubt_init || w->doubt_end || w->doubt.errored || w->doubt.user != 0)) {
            continue;
        }
        /* It may have been given up as too old meanwhile. */
        c->inexact |= P.now - M.sessions[i].began > AGE_MS;
        if (taken) {
            model_facts facts = w->doubt;

            facts.begun = w->doubt_init;
            know(c, w, i, facts, w->doubt_end);
            w->excused |= w->doubt_lost;
        }
        forget_doubts(w);
    }
}

static void take_item(channel *c, const fate *fate, const sent_item *sent, bool doubtful) {
    witness *w = &P.witnesses[sent->session];

    /* As after the end of a page: whoever has the session now does not hear of this. */
    if (sent->left) {
        return;
    }
    w->inits_on_way -= sent->item.init;
    w->ends_on_way -= sent->is_end;
    if (fate->delivered) {
        know(c, w, sent->session, sent->facts, sent->is_end);
        w->excused |= !fate->taken;
        return;
    }
    if (doubtful) {
        w->doubt_init |= sent->item.init;
        w->doubt_end |= sent->is_end;
        w->doubt_lost |= !fate->taken;
        merge(&w->doubt, sent->facts);
    }
    w->inits_spare += sent->item.init && fate->taken;
    w->ends_spare += sent->is_end && fate->taken;
    if (fate->status >= 100 && fate->status != 429) {
        w->refused = true;
        w->refusals++;
        w->when_refused = M.sessions[sent->session].is;
    }
}

/* The client hears of a request. */
static void answer(request *request) {
    const fate *fate = &request->fate;
    channel *c = &P.channels[request->channel];
    const bool probe = request->number == c->probe;
    /* It said nothing of sessions, and asks no more. */
    const bool stale = request->count == 0 && !probe;
    const bool none = fate->status == CRASHFREE_ANSWER_NONE;
    const bool cut = fate->status == CRASHFREE_ANSWER_CUT;
    const bool doubtful = none && !c->reads && (request->mode & CRASHFREE_FETCH_OPAQUE) == 0;

    trace("answer to request %u: %s, %d", request->number, fate->name, fate->status);
    for (unsigned i = request->first; i < request->first + request->count; i++) {
        if (!(c->ended && none)) {
            take_item(c, fate, &P.items[i], doubtful);
        }
    }
    if (fate->status >= 100) {
        c->reads = true;
        c->unreadable = false;
        settle_doubts(c, false);
    } else if (none && !c->ended) {
        c->reads = false;
    } else if (fate->status == CRASHFREE_ANSWER_OPAQUE && probe) {
        c->unreadable = true;
        settle_doubts(c, true);
    }
    if (!(none && c->ended)) {
        c->foreign =
            fate->status == CRASHFREE_ANSWER_FOREIGN ||
            ((none || cut || (stale && fate->status == CRASHFREE_ANSWER_OPAQUE)) && c->foreign);
    }
    c->foreign_answers += fate->status == CRASHFREE_ANSWER_FOREIGN;
    c->ended_in_limit = false;
    c->failures = none || cut || fate->status == CRASHFREE_ANSWER_FOREIGN ? c->failures + 1
                  : probe || stale                                        ? c->failures
                                                                          : 0;
    c->probes = none || cut ? c->probes : 0;
    limit(&c->limited_least, &c->limited_most, fate->sessions_least, fate->sessions_most);
    limit(&c->reports_least, &c->reports_most, fate->reports_least, fate->reports_most);
    P.calls = 0;
    P.subject->respond(c->client, request->number, fate->status, fate->limits, strlen(fate->limits),
                       fate->retry_after);
    if (P.calls > 0) {
        fail("an answer is no occasion for a request", "%u", P.calls);
    }
    if (P.subject->is_core && !c->inexact && !c->ended) {
        const uint32_t accepted = crashfree_count(c->client, CRASHFREE_COUNT_ACCEPTED);

        if (accepted < c->accepted || accepted > c->accepted + c->accepted_perhaps) {
            fail("accepted are those that an answer accepted", "%u, not %u", accepted, c->accepted);
        }
        if (crashfree_count(c->client, CRASHFREE_COUNT_FOREIGN_ANSWERS) != c->foreign_answers) {
            fail("foreign answers are counted", "not %u", c->foreign_answers);
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
        if (P.channels[request->channel].ended && request->fate.status == CRASHFREE_ANSWER_NONE) {
            request->answers = INFINITY;
            return true;
        }
    }
    P.active[next] = P.active[--P.active_count];
    return true;
}

void advance(double until) {
    while (P.result.failure == NULL && step(until)) {
    }
    P.now = fmax(P.now, until);
    model_advance(&M, P.now);
}
