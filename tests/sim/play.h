/* Plays a life against a client, with a fake clock and network, and checks what must hold. */
#ifndef SIM_PLAY_H
#define SIM_PLAY_H

#include "life.h"
#include "model.h"
#include "server.h"
#include "subject.h"

typedef struct play_result {
    const char *failure; /* NULL: everything held. The same rule gives the same pointer. */
    char detail[300];
    unsigned sessions;
    unsigned requests;
    unsigned faults;
    unsigned doubled; /* sessions counted twice, as an answer was lost */
    unsigned missing; /* sessions that nobody counts, for a reason that is known */
    unsigned exact;   /* whether the server's numbers were compared to the model's */
    unsigned drawn;   /* sessions whose sampling a rate of one half decided ... */
    unsigned sampled; /* ... and of these, those in the sample */
} play_result;

/* `trace` prints what happens. The model and the server show what came of it until the next. */
play_result play_life(const life *life, const subject *subject, bool trace);

const model *play_model(void);
const server *play_server(void);

#endif
