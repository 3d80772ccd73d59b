#include "network.h"

#include "crashfree.h"

#include <stdio.h>
#include <string.h>

#define DAY_S 86400.0

typedef enum fault {
    FAULT_REFUSED,
    FAULT_RESET_BEFORE,
    FAULT_RESET_AFTER,
    FAULT_HANGS_BEFORE,
    FAULT_HANGS_AFTER,
    FAULT_SLOW,
    FAULT_CLIENT_ERROR,
    FAULT_SERVER_ERROR,
    FAULT_GATEWAY_TIMEOUT,
    FAULT_REDIRECT,
    FAULT_LIMITED_BARE,
    FAULT_LIMITED_RETRY,
    FAULT_LIMITED,
    FAULT_LIMITS_OTHERS,
    FAULT_LIMITS_NEXT,
    FAULT_OVER_QUOTA,
    FAULT_FOREIGN,
    FAULT_CUT,
    FAULTS
} fault;

/* One limit's time as text and as seconds. */
typedef struct delay {
    const char *text;
    double least;
    double most;
} delay;

static const delay delays[] = {{"60", 60, 60},           {"1", 1, 1},          {"10", 10, 10},
                               {"300", 300, 300},        {"2.5", 2.5, 3},      {"0", 0, 0},
                               {"abc", 60, 60},          {"3600", 3600, 3600}, {"", 60, 60},
                               {"200000", DAY_S, DAY_S}, {"60.0", 60, 61}};

/* Categories, and whether they cover sessions, reports and events. */
typedef struct categories {
    const char *text;
    bool sessions;
    bool reports;
    bool events;
} categories;

static const categories of_sessions[] = {{"session", true, false, false},
                                         {"", true, true, true},
                                         {"error;session", true, false, true},
                                         {" session ; error ", true, false, true},
                                         {"internal;session", true, true, false}};
static const categories of_others[] = {{"error", false, false, true},
                                       {"metric_bucket", false, false, false},
                                       {"transaction;error;default", false, false, true},
                                       {"internal", false, true, false},
                                       {"sessions", false, false, false},
                                       {"error;xsession;sessio", false, false, true}};

static void extend(double *least, double *most, const delay *by) {
    *least = by->least > *least ? by->least : *least;
    *most = by->most > *most ? by->most : *most;
}

static void limit(fate *fate, rng *random, bool sessions) {
    static const char *const scopes[] = {":organization", ":key:quota", ":project", ""};
    static const char *const blanks[] = {"", "", " ", "  "};
    const categories *what =
        sessions ? &of_sessions[rng_below(random, sizeof of_sessions / sizeof of_sessions[0])]
                 : &of_others[rng_below(random, sizeof of_others / sizeof of_others[0])];
    const delay *by = &delays[rng_below(random, sizeof delays / sizeof delays[0])];
    const size_t used = strlen(fate->limits);

    (void)snprintf(fate->limits + used, sizeof fate->limits - used, "%s%s%s%s:%s%s",
                   used > 0 ? "," : "", blanks[rng_below(random, 4)], by->text,
                   blanks[rng_below(random, 4)], what->text, scopes[rng_below(random, 4)]);
    if (what->sessions) {
        extend(&fate->sessions_least, &fate->sessions_most, by);
    }
    if (what->reports) {
        extend(&fate->reports_least, &fate->reports_most, by);
    }
    if (what->events) {
        extend(&fate->events_least, &fate->events_most, by);
    }
}

static void limits(fate *fate, rng *random, bool sessions) {
    const bool before = rng_chance(random, 0.3);

    if (before) {
        limit(fate, random, false);
    }
    limit(fate, random, sessions);
    if (rng_chance(random, 0.3)) {
        limit(fate, random, sessions && rng_chance(random, 0.5));
    }
    if (rng_chance(random, 0.2)) {
        fate->retry_after = 5000;
    }
}

static void limit_all(fate *fate, double seconds) {
    fate->sessions_least = seconds;
    fate->sessions_most = seconds;
    fate->reports_least = seconds;
    fate->reports_most = seconds;
    fate->events_least = seconds;
    fate->events_most = seconds;
}

/* A 429 that names others takes an event, though it may be about sessions. */
static fate with_event(fate fate) {
    const bool for_others = fate.status == 429 && fate.events_most < 0;

    fate.event_delivered = (fate.status >= 200 && fate.status < 300) || for_others;
    return fate;
}

fate network_fate(rng *random, bool wrong, double latency) {
    static const int client_errors[] = {400, 401, 403, 404, 413};
    static const int server_errors[] = {500, 502, 503};
    static const int times[] = {0, 1, 13, 120};
    fate result = {.name = "200",
                   .taken = true,
                   .answered = true,
                   .delivered = true,
                   .status = rng_below(random, 20) == 0 ? 202 : 200,
                   .retry_after = -1,
                   .sessions_least = -1,
                   .sessions_most = -1,
                   .reports_least = -1,
                   .reports_most = -1,
                   .events_least = -1,
                   .events_most = -1,
                   .latency = 1 + rng_below(random, (unsigned)latency)};

    if (!wrong) {
        return with_event(result);
    }
    const fault kind = (fault)rng_below(random, FAULTS);

    result.taken = false;
    result.delivered = false;
    result.status = 0;
    switch (kind) {
    case FAULT_REFUSED:
        result.name = "refused";
        result.latency = rng_below(random, 3);
        break;
    case FAULT_RESET_BEFORE:
        result.name = "reset before the server took it";
        break;
    case FAULT_RESET_AFTER:
        result.name = "reset after the server took it";
        result.taken = true;
        break;
    case FAULT_HANGS_BEFORE:
    case FAULT_HANGS_AFTER:
        result.name = kind == FAULT_HANGS_AFTER ? "taken, never answered" : "never answered";
        result.taken = kind == FAULT_HANGS_AFTER;
        result.answered = false;
        break;
    case FAULT_SLOW:
        result.name = "slow";
        result.taken = true;
        result.delivered = true;
        result.status = 200;
        result.latency = 1 + rng_below(random, 120000);
        break;
    case FAULT_CLIENT_ERROR:
        result.name = "4xx";
        result.status = client_errors[rng_below(random, 5)];
        break;
    case FAULT_SERVER_ERROR:
        result.name = "5xx";
        result.status = server_errors[rng_below(random, 3)];
        if (rng_chance(random, 0.3)) {
            limits(&result, random, rng_chance(random, 0.5));
        }
        break;
    case FAULT_GATEWAY_TIMEOUT:
        result.name = "504 after the server took it";
        result.status = 504;
        result.taken = true;
        break;
    case FAULT_REDIRECT:
        result.name = "302";
        result.status = 302;
        break;
    case FAULT_LIMITED_BARE:
        result.name = "429 bare";
        result.status = 429;
        limit_all(&result, 60);
        break;
    case FAULT_LIMITED_RETRY:
        result.name = "429 with Retry-After";
        result.status = 429;
        result.retry_after = times[rng_below(random, 4)];
        limit_all(&result, result.retry_after);
        break;
    case FAULT_LIMITED:
        result.name = "429 for sessions";
        result.status = 429;
        limits(&result, random, true);
        break;
    case FAULT_LIMITS_OTHERS:
        result.name = "429 for others";
        result.status = 429;
        result.taken = true;
        result.delivered = true;
        limits(&result, random, false);
        break;
    case FAULT_LIMITS_NEXT:
        result.name = "200 with limits";
        result.status = 200;
        result.taken = true;
        result.delivered = true;
        limits(&result, random, true);
        break;
    case FAULT_FOREIGN:
        result.name = "somebody else's answer";
        result.status = CRASHFREE_ANSWER_FOREIGN;
        break;
    case FAULT_CUT:
        result.name = "cut as the page went";
        result.status = CRASHFREE_ANSWER_CUT;
        /* Most likely it never left. */
        result.taken = rng_chance(random, 0.2);
        result.latency = rng_below(random, 3);
        break;
    default:
        result.name = "200, over quota";
        result.status = 200;
        result.delivered = true;
        break;
    }
    return with_event(result);
}

fate network_seen(const fate *fate, way way, bool unreadable) {
    const bool reached = fate->answered && fate->status != CRASHFREE_ANSWER_NONE &&
                         fate->status != CRASHFREE_ANSWER_CUT;
    struct fate seen = *fate;

    if (!reached || (way != WAY_OPAQUE && !unreadable)) {
        return seen;
    }
    seen.limits[0] = '\0';
    seen.retry_after = -1;
    seen.sessions_least = seen.sessions_most = -1;
    seen.reports_least = seen.reports_most = -1;
    seen.status = way == WAY_NORMAL ? CRASHFREE_ANSWER_NONE : CRASHFREE_ANSWER_OPAQUE;
    seen.delivered = way != WAY_NORMAL;
    return seen;
}
