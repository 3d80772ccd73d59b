/* The world that a life is played in, shared by the files that play it and those that check it. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "network.h"
#include "play.h"

#include <stdbool.h>
#include <stdint.h>

#define CHANNELS (1 + LIFE_RELEASES)
#define REQUESTS 16384
#define ITEMS 262144
#define RECORDS 256
#define HEAL_MS 90000000.0              /* longer than any limit */
#define AGE_MS (5.0 * 86400000 - 60000) /* that the server takes, on its way, too */
#define KEY "0123456789abcdef0123456789abcdef"
/* As the page spells it, and as it travels. */
#define DSN "https://" KEY ":5ec4e7@O1.ingest.example:443/42/"
#define DSN_SENT "https://" KEY "@o1.ingest.example/42"
#define TUNNEL "https://shop.example/tunnel?a=b"

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
    bool doubt_init; /* it left and nobody could read an answer; so did ... */
    bool doubt_end;  /* ... its end */
    bool doubt_lost; /* something of that did not arrive */
    model_facts doubt;
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
    unsigned failures; /* requests in a row that came to nothing, and probes, at most */
    unsigned probes;   /* in a row, of which nobody heard, while nothing happened */
    uint32_t probe;    /* the last one */
    bool reads;        /* the last answer could be read */
    bool unreadable;   /* it knows that answers cannot be read */
    bool foreign;      /* the last answer was not the server's */
    unsigned foreign_answers;
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
    unsigned mode;
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
    bool left; /* its session was left to others while it was on its way */
    model_facts facts;
    server_item item;
} sent_item;

/* A session in the page's storage: the core's text, and what it says. */
typedef struct record {
    unsigned session;
    char text[CRASHFREE_RECORD_MAX];
    bool due;
    bool announced;
    int status; /* a crashfree_session_status */
    unsigned errors;
    double started;
    bool killed; /* the page died while people saw it */
} record;

struct world {
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
    bool unreadable; /* answers are, for now */
    bool asked;      /* within before_send */
    unsigned event;
    unsigned nth;   /* use of the event's randomness */
    unsigned calls; /* fetches within one call of the client */
    rng ids;
    unsigned bound; /* sessions of the model that have an id */
    unsigned request_count;
    unsigned active_count;
    unsigned item_count;
    unsigned record_count;
    unsigned page_requests;
    unsigned page_events;
    unsigned moved; /* sessions that the page left to others on it, which deliver them */
    double page_began;
    double late_error; /* when the last one happened that was told late */
    channel channels[CHANNELS];
    unsigned active[REQUESTS];
    record records[RECORDS];
    witness witnesses[MODEL_SESSIONS];
    request requests[REQUESTS];
    sent_item items[ITEMS];
    server_envelope envelope;
};

extern struct world P; /* what is played */
extern model M;
extern server S;

/* A rule was broken. The first one is kept. */
__attribute__((format(printf, 2, 3))) void fail(const char *rule, const char *format, ...);

__attribute__((format(printf, 1, 2))) void trace(const char *format, ...);

double true_time(void);

/* The page's wall clock, which may be wrong. */
double wall(void);

/* Randomness of the present event: the same in a life of which other events were left out. */
rng event_random(void);

/* The index of a session in the model; negative if nobody began it. */
int witness_of(const char *sid);

model_end end_of(server_status status);
void merge(model_facts *into, model_facts facts);

/* Which facts of a session on a page are on their way. */
model_facts on_their_way(unsigned session);

/* ---- host.c: what a client asks of its host, and whether what it sends is right ---- */

/* The host of a channel, without its context. */
extern const crashfree_host world_host;

/* Text and options of an item must be those of its session. */
void check_identity(const server_item *item, const model_session *session, unsigned index);

/* ---- time.c: requests arrive, answers come, timers run ---- */

void arrive(request *request);

/* No answer tells any more what became of what left without one. */
void forget_doubts(witness *w);

void advance(double until);

/* ---- account.c: nothing is lost without a reason, nothing counts twice ---- */

/* Every session that began is delivered, on its way, waiting, or counted as lost. `waits` tells
 * which ones are waiting; what is saved goes to the records. */
void account(unsigned channel_index, bool *waits);

/* Nothing waits, but for what the server refused as it is. */
void check_told(const char *rule, bool by_itself);

/* The server's numbers are what people experienced. */
void check_numbers(void);

/* ---- play.c ---- */

/* Something that the host does while it is asked about a session. */
void nested(channel *channel);

#endif
