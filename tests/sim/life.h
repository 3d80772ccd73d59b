/* Random lives of a page: what happens, and how the world behaves. All from one 64-bit seed. */
#ifndef SIM_LIFE_H
#define SIM_LIFE_H

#include "rng.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define LIFE_EVENTS 700
#define LIFE_USERS 6
#define LIFE_RELEASES 3

typedef enum event_kind {
    EVENT_FLUSH, /* idle, or online again */
    EVENT_NAVIGATE,
    EVENT_HANDLED,
    EVENT_UNHANDLED,
    EVENT_USER, /* argument: a number of life_users */
    EVENT_HIDE,
    EVENT_SHOW,
    EVENT_RESTORED, /* left, and back from the back/forward cache */
    EVENT_CONSENT,  /* argument: a model_consent */
    EVENT_WAKE,     /* a timer that nobody asked for */
    EVENT_CLOCK,    /* the wall clock jumps; argument: seconds */
    EVENT_SLEEP,    /* the computer sleeps; argument: seconds */
    EVENT_START,    /* by hand */
    EVENT_END,      /* by hand; argument: a model_end */
    EVENT_CLOSE,
    EVENT_HAND_OVER, /* the page leaves its sessions to others */
    EVENT_PAGE,      /* the page ends (argument: a page_end) and another one loads */
    EVENT_KINDS
} event_kind;

typedef enum page_end {
    PAGE_LEFT,             /* hidden, then gone for certain */
    PAGE_GONE,             /* the last event alone */
    PAGE_KILLED_IN_BACK,   /* hidden, then killed without a further event */
    PAGE_KILLED_IN_FRONT,  /* without any event */
    PAGE_LEFT_NEW_RELEASE, /* as PAGE_LEFT, and the next page is of another release */
    PAGE_ENDS
} page_end;

typedef struct event {
    event_kind kind;
    int argument;
    double after;  /* ms since the event before; 0 is the same task */
    uint32_t salt; /* of the randomness that belongs to the event */
} event;

/* What before_send answers. */
typedef enum dismissal {
    DISMISS_OFF,   /* there is no before_send */
    DISMISS_NONE,  /* keeps all */
    DISMISS_SOME,  /* some sessions, always */
    DISMISS_ERRED, /* those with errors */
    DISMISS_BUSY   /* keeps all, and makes things happen meanwhile */
} dismissal;

typedef struct life_config {
    uint64_t seed; /* of ids */
    double faults; /* share of requests that go wrong */
    bool storms;   /* faults come in long rows */
    bool same;     /* and it is always the same fault */
    bool works;
    int broken; /* which option, if not `works` */
    bool tunnel;
    bool long_agent;
    int environment;
    double sample_rate;
    unsigned per_minute; /* as the option */
    bool unhandled;      /* status of uncaught errors */
    bool reports;
    dismissal before_send;
    int consent;
    int first_user;
    bool manual;
    bool hidden_start;
    bool storage;
    bool storage_fails;
    bool clock_sleeps;   /* the monotonic clock stands still while the computer sleeps */
    bool unreadable;     /* the page may not read answers ... */
    int readable_from;   /* ... until so many events have happened */
    double lost_answers; /* share of requests that arrive and whose answer is lost */
    bool late_facts;     /* some things are told some time after they happened */
    bool heals;          /* before the page ends, the network works again for long enough */
    double lateness;     /* of timers */
    double latency;      /* most of an answer */
    double skew;         /* of the wall clock at first, ms */
    double origin;       /* of the monotonic clock */
    page_end last;
} life_config;

typedef struct life {
    uint64_t seed;
    life_config config;
    unsigned count;
    event events[LIFE_EVENTS];
} life;

/* A user's id as the page has it; 0 is nobody, and the last one is too long to travel. */
extern const char *const life_users[LIFE_USERS];
/* The same as the server has it. */
extern const char *const life_dids[LIFE_USERS];
extern const char *const life_releases[LIFE_RELEASES];

/* Makes a life. `faults` is the share of failing requests; negative lets the seed choose. */
void life_make(life *life, uint64_t seed, double faults);

/* What goes wrong in a calm life, each as a share: requests, those of them that arrive and whose answer
 * is lost, and pages that may not read any answer. */
typedef struct troubles {
    double faults;
    double lost_answers;
    double unreadable_pages;
} troubles;

/* A calm life for comparing numbers: visits, navigations, errors, a user who logs in. */
void life_make_plain(life *life, uint64_t seed, troubles troubles);

void life_print(const life *life, FILE *out);

#endif
