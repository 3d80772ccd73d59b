#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TRACED 400                 /* lines of a trace */
#define TRUE_START 1767607200000.0 /* 5 January 2026 */

struct world P;
model M;
server S;

const model *play_model(void) {
    return &M;
}

const server *play_server(void) {
    return &S;
}

__attribute__((format(printf, 2, 3))) void fail(const char *rule, const char *format, ...) {
    va_list arguments;

    if (P.result.failure != NULL || !P.subject->is_core) {
        return;
    }
    P.result.failure = rule;
    va_start(arguments, format);
    (void)vsnprintf(P.result.detail, sizeof P.result.detail, format, arguments);
    va_end(arguments);
}

__attribute__((format(printf, 1, 2))) void trace(const char *format, ...) {
    va_list arguments;

    if (!P.trace || P.traced > TRACED) {
        return;
    }
    if (P.traced++ == TRACED) {
        printf("    and so on\n");
        return;
    }
    printf("    %10.0f ms: ", P.now - P.life->config.origin);
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
}

double true_time(void) {
    return TRUE_START + (P.now - P.life->config.origin) + P.slept;
}

double wall(void) {
    return true_time() + P.skew;
}

rng event_random(void) {
    const uint32_t salt = P.event < P.life->count ? P.life->events[P.event].salt : 1;
    const rng result = {rng_mix(P.life->seed ^ ((uint64_t)salt << 20) ^ P.nth++)};

    return result;
}

int witness_of(const char *sid) {
    for (unsigned i = P.bound; i-- > 0;) {
        if (memcmp(P.witnesses[i].sid, sid, 32) == 0) {
            return (int)i;
        }
    }
    return -1;
}

model_end end_of(server_status status) {
    return status == SERVER_OK ? END_NONE : (model_end)(END_EXITED + (status - SERVER_EXITED));
}

void merge(model_facts *into, model_facts facts) {
    into->begun |= facts.begun;
    into->errored |= facts.errored;
    into->end = facts.end > into->end ? facts.end : into->end;
    into->user = facts.user != 0 ? facts.user : into->user;
}

model_facts on_their_way(unsigned session) {
    model_facts facts = {0};

    for (unsigned i = 0; i < P.active_count; i++) {
        const request *request = &P.requests[P.active[i]];

        for (unsigned j = request->first; j < request->first + request->count; j++) {
            if (P.items[j].session == session && request->channel >= 0) {
                merge(&facts, P.items[j].facts);
            }
        }
    }
    return facts;
}
