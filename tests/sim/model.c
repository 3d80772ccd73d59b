#include "model.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define LOAD_WAITS_MS 2000.0
#define MINUTE_MS 60000.0
/* Five days, less a minute for the way. */
#define SERVER_REMEMBERS_MS (5.0 * 86400000 - 60000)

void model_reset(model *model) {
    memset(model, 0, offsetof(struct model, sessions));
}

void model_page(model *model, const model_options *options) {
    model->options = *options;
    model->page++;
    model->user = 0;
    model->running = -1;
    model->present = -1;
    model->closed = false;
    model->due_on_grant = false;
    model->too_many = false;
    model->minute = 0;
    model->in_minute = 0;
    model->refused_starts = 0;
    model->deadline = INFINITY;
    model->first = model->count;
}

static bool is_same(model_facts a, model_facts b) {
    return a.begun == b.begun && a.errored == b.errored && a.end == b.end && a.user == b.user;
}

static bool is_of_page(const model *model, const model_session *session) {
    return session->page == model->page;
}

/* Everything leaves, if it may. */
void model_send(model *model, double now) {
    if (!model->options.works || model->options.consent != GRANTED) {
        return;
    }
    /* Nothing is left that a timer would have to wait for. */
    model->deadline = INFINITY;
    for (unsigned i = 0; i < model->count; i++) {
        model_session *session = &model->sessions[i];

        if (!is_of_page(model, session) || session->forgotten || session->left ||
            session->dismissed || session->lapsed || is_same(session->is, session->owed)) {
            continue;
        }
        if (now - session->began > SERVER_REMEMBERS_MS) {
            session->lapsed = true;
        } else {
            session->owed = session->is;
        }
    }
}

/* A timer that is late already may have been another one, which has run. */
static void leave_by(model *model, double now, double time) {
    if (time < model->deadline || model->deadline < now) {
        model->deadline = time;
    }
}

void model_advance(model *model, double now) {
    if (model->deadline + model->options.lateness <= now) {
        model->deadline = INFINITY;
        model_send(model, now);
    }
}

void model_wake(model *model, double now) {
    model->deadline = INFINITY;
    model_send(model, now);
}

static void end_running(model *model, double now, model_end end) {
    if (model->running >= 0) {
        model->sessions[model->running].is.end = end;
        model->sessions[model->running].changed = now;
        model->running = -1;
    }
}

static void forget(model *model, bool restored_too) {
    for (unsigned i = 0; i < model->count; i++) {
        model_session *session = &model->sessions[i];

        if (is_of_page(model, session) && (restored_too || !session->restored)) {
            session->forgotten = true;
        }
    }
    model->running = -1;
    model->present = -1;
}

/* At most so many sessions in a minute; the next minute begins with the first one after it. */
static bool has_room(model *model, double now) {
    if (now - model->minute >= MINUTE_MS) {
        model->minute = now;
        model->in_minute = 0;
    }
    model->too_many =
        model->options.per_minute > 0 && model->in_minute >= model->options.per_minute;
    return !model->too_many;
}

void model_start(model *model, double now, double at, bool at_once) {
    if (model->closed || !model->options.works) {
        return;
    }
    if (model->options.consent == DENIED) {
        model->due_on_grant = true;
        return;
    }
    /* In their order, whatever is told. */
    if (model->present >= 0 && at < model->sessions[model->present].changed) {
        at = model->sessions[model->present].changed;
    }
    end_running(model, at, END_EXITED);
    if (model->options.consent == PENDING) {
        forget(model, false);
    }
    if (has_room(model, at) && model->count < MODEL_SESSIONS) {
        const model_session session = {.page = model->page,
                                       .release = model->options.release,
                                       .began = at,
                                       .changed = at,
                                       .is = {.begun = true, .user = model->user}};

        model->in_minute++;
        model->running = (int)model->count;
        model->present = model->running;
        model->sessions[model->count++] = session;
    } else {
        model->refused_starts++;
    }
    if (at_once) {
        model_send(model, now);
    } else {
        leave_by(model, now, fmax(now, at + LOAD_WAITS_MS));
    }
}

void model_finish(model *model, double now, model_end end) {
    if (model->running >= 0) {
        end_running(model, now, end);
        leave_by(model, now, now);
    }
}

/* What happens to somebody whose session the server would no longer take begins another. */
static void renew(model *model, double now) {
    if (model->running >= 0 && now - model->sessions[model->running].began > SERVER_REMEMBERS_MS) {
        model_start(model, now, now, false);
    }
}

/* The session before the present one; negative if there is none. */
static int previous_of(const model *model) {
    for (int i = model->present - 1; i >= (int)model->first; i--) {
        if (is_of_page(model, &model->sessions[i]) && !model->sessions[i].restored &&
            !model->sessions[i].forgotten && !model->sessions[i].left) {
            return i;
        }
    }
    return -1;
}

bool model_knows(const model *model, double at) {
    if (model->present < 0 || model->sessions[model->present].began <= at) {
        return true;
    }
    const int previous = previous_of(model);

    return previous < 0 || model->sessions[previous].began <= at;
}

/* Who takes an error of the moment `at`: who was there then, unless that one has said good-bye
 * already. Negative: nobody. */
static int taker(model *model, double at) {
    if (model->present < 0 ||
        (model->running >= 0 && model->sessions[model->running].began <= at)) {
        return model->running;
    }
    const int then =
        model->sessions[model->present].began <= at ? model->present : previous_of(model);

    if (then < 0) {
        return model->running;
    }
    const model_session *session = &model->sessions[then];

    if (session->is.end != END_EXITED || session->changed < at) {
        return -1;
    }
    return session->owed.end == END_EXITED || session->lapsed ? model->running : then;
}

void model_error(model *model, double now, double at, bool unhandled) {
    int who = at < now ? taker(model, at) : model->running;

    if (who == model->running) {
        renew(model, now);
        who = model->running;
    }
    if (who < 0) {
        return;
    }
    model_session *session = &model->sessions[who];
    const bool first = !session->is.errored;

    session->is.errored = true;
    if (first || unhandled) {
        session->changed = fmax(session->changed, at);
    }
    if (unhandled) {
        session->is.end = model->options.unhandled;
        model->running = who == model->running ? -1 : model->running;
        model_send(model, now);
    } else if (first) {
        leave_by(model, now, now);
    }
}

void model_user(model *model, double now, int user) {
    if (model->closed) {
        return;
    }
    /* From the next session on, at least. Nobody is no news of the present one. */
    model->user = user;
    if (user == 0) {
        return;
    }
    renew(model, now);
    if (model->running < 0) {
        return;
    }
    model_session *session = &model->sessions[model->running];

    if (session->is.user == user) {
        return;
    }
    if (session->is.user != 0) {
        model_start(model, now, now, false);
        leave_by(model, now, now);
        return;
    }
    session->is.user = user;
    session->changed = now;
    if (session->owed.begun) {
        leave_by(model, now, now);
    }
}

void model_consent_is(model *model, double now, model_consent consent) {
    const bool was_denied = model->options.consent == DENIED;

    if (model->closed) {
        return;
    }
    model->options.consent = consent;
    if (consent == DENIED) {
        model->due_on_grant |= model->present >= 0;
        forget(model, true);
    } else if (was_denied && model->due_on_grant) {
        model->due_on_grant = false;
        model_start(model, now, now, true);
    } else {
        model_send(model, now);
    }
}

void model_close(model *model, double now) {
    model_send(model, now);
    model->closed = true;
    model->running = -1;
}

void model_dismiss(model *model, unsigned index, model_facts told) {
    model_session *session = &model->sessions[index];

    session->dismissed = true;
    session->owed = told;
}

void model_hand_over(model *model) {
    for (unsigned i = 0; i < model->count; i++) {
        model_session *session = &model->sessions[i];

        session->left |= is_of_page(model, session) && !session->restored && !session->forgotten;
    }
    model_leave(model, false);
}

void model_leave(model *model, bool died) {
    if (died) {
        if (model->running >= 0) {
            model->sessions[model->running].killed = true;
        }
        end_running(model, 0, END_ABNORMAL);
    }
    if (model->present >= 0 && model->sessions[model->present].is.end == END_NONE) {
        model->sessions[model->present].is.end = END_EXITED;
    }
    model->running = -1;
    model->present = -1;
}

void model_restore(model *model, unsigned index, double now, double age) {
    model_session *session = &model->sessions[index];

    session->page = model->page;
    session->restored = true;
    session->left = false;
    session->began = now - age;
    session->changed = now;
    model_send(model, now);
}

bool model_counts(const model_session *session) {
    return session->sampled;
}

static unsigned bits(uint32_t value) {
    unsigned count = 0;

    for (; value != 0; value >>= 1) {
        count += value & 1;
    }
    return count;
}

model_metrics model_derive(const model *model, int release, bool truth) {
    model_metrics result = {0};
    uint32_t users[5] = {0};

    for (unsigned i = 0; i < model->count; i++) {
        const model_session *session = &model->sessions[i];
        const model_facts facts = truth ? session->is : session->owed;

        if (session->release != release || !model_counts(session) || !facts.begun) {
            continue;
        }
        const bool errored = facts.errored || facts.end > END_EXITED;
        const uint32_t user = facts.user == 0 ? 0 : 1U << facts.user;

        result.all++;
        result.errored_all += errored;
        result.crashed += facts.end == END_CRASHED;
        result.abnormal += facts.end == END_ABNORMAL;
        result.unhandled += facts.end == END_UNHANDLED;
        users[0] |= user;
        users[1] |= errored ? user : 0;
        users[2] |= facts.end == END_CRASHED ? user : 0;
        users[3] |= facts.end == END_ABNORMAL ? user : 0;
        users[4] |= facts.end == END_UNHANDLED ? user : 0;
    }
    result.users = bits(users[0]);
    result.users_errored = bits(users[1]);
    result.users_crashed = bits(users[2]);
    result.users_abnormal = bits(users[3]);
    result.users_unhandled = bits(users[4]);
    return result;
}
