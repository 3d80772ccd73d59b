#include "minutes.h"

#include "timing.h"

#include <string.h>

/* At the limit itself, the time that a request takes would make it too old (protocol 11). */
#define STARTED_AGE_MAX_MS (CRASHFREE_AGE_MAX_MS - CRASHFREE_AGE_MARGIN_MS)
/* A minute begins up to a minute before the session that is counted in it. */
#define AGE_MAX_MS (STARTED_AGE_MAX_MS - CF_MINUTE_MS)

static double minute_of(double time) {
    return (double)(uint64_t)(time / CF_MINUTE_MS) * CF_MINUTE_MS;
}

uint32_t cf_minute_sessions(const cf_minute *minute) {
    uint32_t sessions = 0;

    for (int end = 0; end < CRASHFREE_AGGREGATE_ENDS; end++) {
        sessions += minute->ended[end];
    }
    return sessions;
}

static uint32_t add(uint32_t value, uint32_t more) {
    return value < UINT32_MAX - more ? value + more : UINT32_MAX;
}

static void lose(cf_minutes *minutes, uint32_t sessions, crashfree_counter reason) {
    const int loss = reason - CRASHFREE_COUNT_QUEUE_OVERFLOW;

    minutes->lost[loss] = add(minutes->lost[loss], sessions);
    minutes->unreported[loss] = add(minutes->unreported[loss], sessions);
}

static void forget(cf_minutes *minutes, cf_minute *minute) {
    const cf_minute *const end = minutes->list + minutes->count--;

    memmove(minute, minute + 1, (size_t)(end - (minute + 1)) * sizeof *minute);
}

/* Adds sessions to those of a minute, as far as its sum has room. */
static void add_sessions(cf_minutes *minutes, cf_minute *minute, crashfree_aggregate_end end,
                         uint32_t sessions) {
    const uint32_t room = UINT32_MAX - cf_minute_sessions(minute);
    const uint32_t taken = sessions < room ? sessions : room;

    minute->ended[end] += taken;
    lose(minutes, sessions - taken, CRASHFREE_COUNT_QUEUE_OVERFLOW);
}

static bool any_on_its_way(const cf_minutes *minutes) {
    for (size_t i = 0; i < minutes->count; i++) {
        if (minutes->list[i].on_its_way) {
            return true;
        }
    }
    return false;
}

/* Keeps no more than the limit. An answer that is still to come may make room. */
static void trim(cf_minutes *minutes) {
    if (any_on_its_way(minutes)) {
        return;
    }
    while (minutes->count > CRASHFREE_AGGREGATE_MINUTES_MAX) {
        lose(minutes, cf_minute_sessions(minutes->list), CRASHFREE_COUNT_QUEUE_OVERFLOW);
        forget(minutes, minutes->list);
    }
}

/* The minute that began at `started` and is not on its way, made if need be; NULL without room. */
static cf_minute *waiting_minute(cf_minutes *minutes, double started, double monotonic) {
    cf_minute *const end = minutes->list + minutes->count;
    cf_minute *minute = end;

    while (minute > minutes->list && minute[-1].started >= started) {
        minute--;
        if (minute->started == started && !minute->on_its_way) {
            return minute;
        }
    }
    if (minutes->count == CF_MINUTES_CAPACITY) {
        return NULL;
    }
    /* Behind one of the same minute that is on its way. */
    while (minute < end && minute->started == started) {
        minute++;
    }
    memmove(minute + 1, minute, (size_t)(end - minute) * sizeof *minute);
    memset(minute, 0, sizeof *minute);
    minute->started = started;
    minute->began = monotonic;
    minutes->count++;
    return minute;
}

void cf_minutes_count(cf_minutes *minutes, crashfree_aggregate_end end, uint32_t sessions,
                      double now, double monotonic) {
    cf_minute *const minute =
        waiting_minute(minutes, minute_of(cf_timestamp_or_epoch(now)), monotonic);

    if (minute == NULL) {
        lose(minutes, sessions, CRASHFREE_COUNT_QUEUE_OVERFLOW);
        return;
    }
    add_sessions(minutes, minute, end, sessions);
    trim(minutes);
}

/* Puts one minute's counts among the others. */
static void merge(cf_minutes *minutes, const cf_minute *other) {
    cf_minute *const minute = waiting_minute(minutes, other->started, other->began);

    if (minute == NULL) {
        lose(minutes, cf_minute_sessions(other), CRASHFREE_COUNT_QUEUE_OVERFLOW);
        return;
    }
    for (int end = 0; end < CRASHFREE_AGGREGATE_ENDS; end++) {
        add_sessions(minutes, minute, (crashfree_aggregate_end)end, other->ended[end]);
    }
    if (other->refusals > minute->refusals) {
        minute->refusals = other->refusals;
    }
    if (other->began < minute->began) {
        minute->began = other->began;
    }
}

void cf_minutes_date(cf_minutes *minutes, double now, double monotonic) {
    size_t i = 0;

    while (i < minutes->count) {
        cf_minute minute = minutes->list[i];
        const double age = monotonic - minute.began;
        const bool too_old = age > AGE_MAX_MS;

        if (!too_old && minute.started <= now && now - minute.started <= STARTED_AGE_MAX_MS) {
            i++;
            continue;
        }
        forget(minutes, &minutes->list[i]);
        if (too_old) {
            lose(minutes, cf_minute_sessions(&minute), CRASHFREE_COUNT_NETWORK_ERROR);
        } else {
            /* It may come to stand in front of this place; its new time needs no second look. */
            minute.started = minute_of(cf_timestamp_or_epoch(now - age));
            merge(minutes, &minute);
            i = 0;
        }
    }
}

void cf_minutes_settle(cf_minutes *minutes) {
    for (size_t i = minutes->count; i-- > 0;) {
        if (minutes->list[i].on_its_way) {
            forget(minutes, &minutes->list[i]);
        }
    }
    trim(minutes);
}

void cf_minutes_return(cf_minutes *minutes, bool refused) {
    for (size_t i = minutes->count; i-- > 0;) {
        cf_minute minute = minutes->list[i];

        if (!minute.on_its_way) {
            continue;
        }
        minute.on_its_way = false;
        minute.refusals += refused;
        forget(minutes, &minutes->list[i]);
        if (minute.refusals >= CRASHFREE_REFUSALS_MAX) {
            lose(minutes, cf_minute_sessions(&minute), CRASHFREE_COUNT_SEND_ERROR);
        } else {
            merge(minutes, &minute);
        }
    }
    trim(minutes);
}
