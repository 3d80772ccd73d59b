#include "aggregate.h"

#include "timing.h"

#include <string.h>

size_t crashfree_aggregate_size(void) {
    return sizeof(crashfree_aggregate);
}

crashfree_aggregate *crashfree_aggregate_init(void *memory) {
    crashfree_aggregate *aggregate = memory;

    memset(aggregate, 0, sizeof *aggregate);
    cf_destination_init(&aggregate->destination);
    return aggregate;
}

bool crashfree_aggregate_set_text(crashfree_aggregate *aggregate, crashfree_option option,
                                  const char *text, size_t length) {
    return cf_destination_set(&aggregate->destination, option, text, length);
}

crashfree_status crashfree_aggregate_status(const crashfree_aggregate *aggregate,
                                            double monotonic) {
    const crashfree_status status = cf_destination_status(&aggregate->destination);

    if (status == CRASHFREE_STATUS_ACTIVE &&
        aggregate->limits.items > cf_monotonic(aggregate->monotonic, monotonic)) {
        return CRASHFREE_STATUS_RATE_LIMITED;
    }
    return status;
}

void crashfree_aggregate_count(crashfree_aggregate *aggregate, crashfree_aggregate_end end,
                               uint32_t sessions, double now, double monotonic) {
    aggregate->monotonic = cf_monotonic(aggregate->monotonic, monotonic);
    if ((unsigned)end < CRASHFREE_AGGREGATE_ENDS && sessions > 0) {
        cf_minutes_count(&aggregate->minutes, end, sessions, now, aggregate->monotonic);
    }
}

double crashfree_aggregate_waiting(const crashfree_aggregate *aggregate) {
    const cf_minutes *const minutes = &aggregate->minutes;
    double sessions = 0;

    for (size_t i = 0; i < minutes->count; i++) {
        sessions += cf_minute_sessions(&minutes->list[i]);
    }
    return sessions;
}

uint32_t crashfree_aggregate_lost(const crashfree_aggregate *aggregate, crashfree_counter reason) {
    const int loss = (int)reason - CRASHFREE_COUNT_QUEUE_OVERFLOW;

    return loss >= 0 && loss < CF_LOSSES ? aggregate->minutes.lost[loss] : 0;
}

static bool has_losses(const crashfree_aggregate *aggregate) {
    for (int i = 0; i < CF_LOSSES; i++) {
        if (aggregate->minutes.unreported[i] > 0) {
            return aggregate->limits.reports <= aggregate->monotonic;
        }
    }
    return false;
}

const char *crashfree_aggregate_send(crashfree_aggregate *aggregate, bool last, double now,
                                     double monotonic, size_t *length) {
    cf_minutes *const minutes = &aggregate->minutes;
    const double time = cf_timestamp_or_epoch(now);

    *length = 0;
    aggregate->monotonic = cf_monotonic(aggregate->monotonic, monotonic);
    if (aggregate->asked ||
        crashfree_aggregate_status(aggregate, monotonic) != CRASHFREE_STATUS_ACTIVE) {
        return NULL;
    }
    cf_minutes_date(minutes, time, aggregate->monotonic);
    const bool report = has_losses(aggregate);

    if (minutes->count == 0 && !(last && report)) {
        return NULL;
    }
    cf_aggregate_write(aggregate, report, time);
    for (size_t i = 0; i < minutes->count; i++) {
        minutes->list[i].on_its_way = true;
    }
    if (report) {
        /* A report that gets lost is not reported (protocol 5.2). */
        memset(minutes->unreported, 0, sizeof minutes->unreported);
    }
    aggregate->asked = true;
    *length = aggregate->length;
    return aggregate->text;
}

const char *crashfree_aggregate_url(const crashfree_aggregate *aggregate) {
    return cf_destination_url(&aggregate->destination);
}

bool crashfree_aggregate_respond(crashfree_aggregate *aggregate, int status, const char *limits,
                                 size_t limits_length, double retry_after, double monotonic) {
    if (!aggregate->asked) {
        return false;
    }
    aggregate->asked = false;
    aggregate->monotonic = cf_monotonic(aggregate->monotonic, monotonic);
    const bool limited = cf_ratelimit_update(&aggregate->limits, "session", aggregate->monotonic,
                                             status, limits, limits_length, retry_after);
    const bool delivered = cf_ratelimit_delivered(status, limited);

    if (delivered) {
        cf_minutes_settle(&aggregate->minutes);
    } else {
        cf_minutes_return(&aggregate->minutes, status != 0 && status != 429);
    }
    return delivered;
}
