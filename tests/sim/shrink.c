#include "shrink.h"

#include "play.h"

#include <string.h>

static const char *wanted;
static life candidate;

static bool still_fails(void) {
    const play_result result = play_life(&candidate, &subject_crashfree, false);

    return result.failure != NULL && strcmp(result.failure, wanted) == 0;
}

static bool accept(life *life) {
    if (!still_fails()) {
        return false;
    }
    *life = candidate;
    return true;
}

/* Leaves out `count` events from `first` on. */
static bool without(life *life, unsigned first, unsigned count) {
    candidate = *life;
    candidate.count -= count;
    memmove(&candidate.events[first], &candidate.events[first + count],
            (candidate.count - first) * sizeof candidate.events[0]);
    return accept(life);
}

static void shrink_events(life *life) {
    for (unsigned size = life->count; size > 0; size /= 2) {
        for (unsigned first = 0; first + size <= life->count;) {
            if (!without(life, first, size)) {
                first += size;
            }
        }
    }
}

#define TRY(member, value)                                                                         \
    candidate = *life;                                                                             \
    if (candidate.config.member != (value)) {                                                      \
        candidate.config.member = (value);                                                         \
        (void)accept(life);                                                                        \
    }

static void shrink_settings(life *life) {
    TRY(faults, 0)
    TRY(storms, false)
    TRY(same, false)
    TRY(tunnel, false)
    TRY(long_agent, false)
    TRY(environment, 0)
    TRY(sample_rate, 1)
    TRY(per_minute, 100)
    TRY(unhandled, false)
    TRY(reports, true)
    TRY(before_send, DISMISS_OFF)
    if (life->config.before_send != DISMISS_OFF) {
        TRY(before_send, DISMISS_NONE)
    }
    TRY(consent, 0)
    TRY(first_user, 0)
    TRY(manual, false)
    TRY(hidden_start, false)
    TRY(storage, false)
    TRY(storage_fails, false)
    TRY(clock_sleeps, false)
    TRY(heals, false)
    TRY(late_facts, false)
    TRY(unreadable, false)
    TRY(readable_from, LIFE_EVENTS)
    TRY(lateness, 0)
    TRY(latency, 40)
    TRY(skew, 0)
    TRY(origin, 0)
    TRY(last, PAGE_LEFT)
}

static void shrink_times(life *life) {
    static const double times[] = {0, 1, 100, 5000};

    for (unsigned i = 0; i < life->count; i++) {
        for (unsigned j = 0; j < sizeof times / sizeof times[0]; j++) {
            candidate = *life;
            if (candidate.events[i].after > times[j]) {
                candidate.events[i].after = times[j];
                if (accept(life)) {
                    break;
                }
            }
        }
    }
}

void shrink_life(life *life, const char *rule) {
    unsigned before = 0;

    wanted = rule;
    do {
        before = life->count;
        shrink_events(life);
        shrink_settings(life);
        shrink_times(life);
    } while (life->count < before);
}
