/*
 * What the people on a page experienced, and what of it the server has to know by now. It states
 * the rules of release health in its own words and shares no code with src/.
 *
 * A model follows one life: pages one after the other, on each of which things happen. It knows
 * nothing of requests. `is` of a session is the truth; `owed` is the part of it that has had its
 * occasion to leave the page, so that a working network has it.
 */
#ifndef SIM_MODEL_H
#define SIM_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#define MODEL_SESSIONS 900

typedef enum model_end { END_NONE, END_EXITED, END_CRASHED, END_UNHANDLED, END_ABNORMAL } model_end;

typedef enum model_consent { GRANTED, PENDING, DENIED } model_consent;

typedef struct model_facts {
    bool begun;
    bool errored;
    model_end end;
    int user; /* 0: nobody */
} model_facts;

typedef struct model_session {
    int page;
    int release;
    bool restored;  /* another client than the one in which it began delivers it */
    bool sampled;   /* set by whoever knows the session's id */
    bool dismissed; /* by before_send */
    bool forgotten; /* by a want of consent */
    bool left;      /* to whoever finds its record */
    bool killed;    /* its page was */
    bool lapsed;    /* too old for the server */
    double began;   /* on the page's clock */
    double changed; /* the same of the last thing that happened to it */
    model_facts is;
    model_facts owed;
} model_session;

typedef struct model_options {
    int release;
    model_consent consent;
    bool works; /* DSN and release are valid */
    model_end unhandled;
    unsigned per_minute; /* 0: no limit */
    double lateness;     /* of the page's timers */
} model_options;

typedef struct model {
    model_options options;
    int page;
    int user;
    int running; /* index, or -1 */
    int present; /* running or ended last; -1 if there is none */
    bool closed;
    bool due_on_grant;
    bool too_many;
    double minute;
    unsigned in_minute;
    unsigned refused_starts;
    double deadline; /* when news leave at the latest */
    unsigned first;  /* of this page */
    unsigned count;
    model_session sessions[MODEL_SESSIONS];
} model;

void model_reset(model *model);

/* A page begins; nobody uses it yet. */
void model_page(model *model, const model_options *options);

/* Time passes; what is owed by then leaves. */
void model_advance(model *model, double now);

/* A timer fires before its time, perhaps. */
void model_wake(model *model, double now);

/* Told `now` of the moment `at`. */
void model_start(model *model, double now, double at, bool at_once);
void model_finish(model *model, double now, model_end end);
void model_error(model *model, double now, double at, bool unhandled);

/* Whether it is beyond doubt which session an error of the moment `at` belongs to. */
bool model_knows(const model *model, double at);
void model_user(model *model, double now, int user);
void model_consent_is(model *model, double now, model_consent consent);

/* The page is flushed or hidden. */
void model_send(model *model, double now);
void model_close(model *model, double now);

/* The host dismissed a session of which `told` has left. */
void model_dismiss(model *model, unsigned index, model_facts told);

/* The page is gone. With `died` its running session ended with it; otherwise the person left. */
void model_leave(model *model, bool died);

/* The page leaves its sessions to whoever finds their records, and has none any more. */
void model_hand_over(model *model);

/* Another client delivers a session that began `age` ms ago. */
void model_restore(model *model, unsigned index, double now, double age);

/* Whether a session counts at all. */
bool model_counts(const model_session *session);

/* What a server should derive for a release. */
typedef struct model_metrics {
    unsigned all;
    unsigned errored_all;
    unsigned crashed;
    unsigned abnormal;
    unsigned unhandled;
    unsigned users;
    unsigned users_errored;
    unsigned users_crashed;
    unsigned users_abnormal;
    unsigned users_unhandled;
} model_metrics;

/* From what is owed, or, with `truth`, from what happened. */
model_metrics model_derive(const model *model, int release, bool truth);

#endif
