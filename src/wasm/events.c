/*
 * The boundary of the module for events, and its only file with global state: the events of one page.
 * It imports nothing; web/src/events/core.ts is the other side. The one text that goes in, an answer's
 * limits, lies at the address that `init` returns.
 */
#include "events.h"

#include "boundary.h"

static crashfree_events the_events;
static char the_limits[CRASHFREE_EVENTS_LIMITS_MAX];

char *EXPORT(init)(double sample_rate, double per_minute);
int EXPORT(add)(uint32_t error, double draw, double now);
void EXPORT(drop)(int slot, crashfree_event_loss reason);
void EXPORT(lose)(crashfree_event_loss reason, uint32_t count);
int EXPORT(take)(bool last, double now);
bool EXPORT(respond)(int slot, int status, size_t limits_length, double retry_after, double now);
double EXPORT(wait)(double now);
uint32_t EXPORT(losses)(unsigned reason);

char *init(double sample_rate, double per_minute) {
    (void)crashfree_events_init(&the_events, sample_rate, per_minute);
    return the_limits;
}

int add(uint32_t error, double draw, double now) {
    return crashfree_events_add(&the_events, error, draw, now);
}

void drop(int slot, crashfree_event_loss reason) {
    crashfree_events_drop(&the_events, slot, reason);
}

void lose(crashfree_event_loss reason, uint32_t count) {
    crashfree_events_lose(&the_events, reason, count);
}

int take(bool last, double now) {
    return crashfree_events_take(&the_events, last, now);
}

bool respond(int slot, int status, size_t limits_length, double retry_after, double now) {
    const size_t length = limits_length <= sizeof the_limits ? limits_length : 0;

    return crashfree_events_respond(&the_events, slot, status, the_limits, length, retry_after,
                                    now);
}

double wait(double now) {
    return crashfree_events_wait(&the_events, now);
}

uint32_t losses(unsigned reason) {
    return crashfree_events_take_losses(&the_events, (crashfree_event_loss)reason);
}
