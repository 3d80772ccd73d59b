/*
 * How far the numbers are from the truth when requests go wrong: crashfree beside a plain model of
 * the incumbent's policy, in the same lives.
 *
 *   faults [--lives N] [--seed S]
 */
#include "lives.h"
#include "play.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct numbers {
    double all;
    double crashed;
    double requests;
} numbers;

static life the_life;

static double free_rate(const numbers *of) {
    return 100 * (1 - of->crashed / of->all);
}

/* What goes wrong in the lives of a row. */
typedef struct row {
    const char *name;
    troubles troubles;
    bool exact; /* whether crashfree must count the truth */
} row;

static const row rows[] = {
    {"no fault", {0, 0, 0}, true},
    {"1 % faults", {0.01, 0, 0}, false},
    {"5 % faults", {0.05, 0, 0}, false},
    {"20 % faults", {0.2, 0, 0}, false},
    {"5 % of pages unreadable", {0, 0, 0.05}, true},
    {"100 % of pages unreadable", {0, 0, 1}, true},
    {"5 % of answers unreadable", {0, 0.05, 0}, false},
    {"100 % of answers unreadable", {0, 1, 0}, true},
};

/* Adds up what the server counted, and what people experienced. */
static bool play(const subject *subject, troubles troubles, unsigned long long lives,
                 unsigned long long seed, numbers *counted, numbers *truth) {
    memset(counted, 0, sizeof *counted);
    memset(truth, 0, sizeof *truth);
    for (unsigned long long i = 0; i < lives; i++) {
        life_make_plain(&the_life, rng_mix(seed * UINT64_C(0x9e3779b97f4a7c15) + i), troubles);
        const play_result result = play_life(&the_life, subject, false);
        const server_metrics is = server_derive(play_server(), life_releases[0]);
        const model_metrics was = model_derive(play_model(), 0, true);

        if (result.failure != NULL) {
            printf("FAILED: %s: %s\n", result.failure, result.detail);
            return false;
        }
        counted->all += is.all;
        counted->crashed += is.crashed;
        counted->requests += result.requests;
        truth->all += was.all;
        truth->crashed += was.crashed;
    }
    return true;
}

/* Plays a row for each client. Returns whether what has to hold holds. */
static bool print_row(const row *row, unsigned long long lives, unsigned long long seed) {
    const subject *const subjects[] = {&subject_crashfree, &subject_incumbent};
    double off[2] = {0};

    for (int s = 0; s < 2; s++) {
        numbers is;
        numbers was;

        if (!play(subjects[s], row->troubles, lives, seed, &is, &was)) {
            return false;
        }
        if (s == 0) {
            printf("%-28s %-18s %9.0f           %7.0f            %8.3f %%\n", row->name,
                   "the truth", was.all, was.crashed, free_rate(&was));
        }
        printf("%-28s %-18s %9.0f %+7.2f %% %7.0f %+8.2f %%  %8.3f %% %+6.3f  %9.0f\n", "",
               subjects[s]->name, is.all, 100 * (is.all / was.all - 1), is.crashed,
               100 * (is.crashed / was.crashed - 1), free_rate(&is),
               free_rate(&is) - free_rate(&was), is.requests);
        off[s] = fabs(free_rate(&is) - free_rate(&was));
        if (s == 0 && row->exact && (is.all != was.all || is.crashed != was.crashed)) {
            printf("FAILED: %s: the numbers are the truth\n", row->name);
            return false;
        }
    }
    if (row->troubles.faults > 0 && off[0] > off[1]) {
        printf("FAILED: the crash-free rate is nearer to the truth\n");
        return false;
    }
    return true;
}

int main(int argc, char **argv) {
    const lives asked = lives_asked(argc, argv, 100000);
    bool good = true;

    printf("%llu lives a row; a fault is one of 18 kinds, equally often\n\n", asked.count);
    printf("%-28s %-18s  sessions   off by  crashed    off by  crash-free  off by  requests\n", "",
           "client");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        good &= print_row(&rows[i], asked.count, asked.seed);
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
