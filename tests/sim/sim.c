/*
 * Plays random page lives against the core and checks that the server counts what people
 * experienced.
 *
 *   sim [--lives N] [--seed S]   N lives of base seed S
 *   sim --life SEED              one of them again, with everything that happens in it
 */
#include "play.h"
#include "shrink.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct totals {
    unsigned long long sessions;
    unsigned long long requests;
    unsigned long long faults;
    unsigned long long doubled;
    unsigned long long missing;
    unsigned long long exact;
    unsigned long long calm;
    unsigned long long drawn;
    unsigned long long sampled;
} totals;

static life the_life;

static void add(totals *sum, const play_result *result) {
    sum->sessions += result->sessions;
    sum->requests += result->requests;
    sum->faults += result->faults;
    sum->doubled += result->doubled;
    sum->missing += result->missing;
    sum->exact += result->exact;
    sum->calm += the_life.config.faults == 0;
    sum->drawn += result->drawn;
    sum->sampled += result->sampled;
}

static int report(const play_result *failed, bool shrink) {
    const unsigned long long seed = the_life.seed;
    const unsigned events = the_life.count;
    play_result result = *failed;

    printf("FAILED: %s: %s\n", result.failure, result.detail);
    if (!shrink) {
        return EXIT_FAILURE;
    }
    printf("  in the life of seed %llu, %u events; again with: sim --life %llu\n", seed, events,
           seed);
    shrink_life(&the_life, result.failure);
    printf("Shrunk to %u events:\n", the_life.count);
    life_print(&the_life, stdout);
    printf("What happens:\n");
    result = play_life(&the_life, &subject_crashfree, true);
    printf("FAILED: %s: %s\n", result.failure, result.detail);
    return EXIT_FAILURE;
}

static double seconds(void) {
    struct timespec now;

    (void)timespec_get(&now, TIME_UTC);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    unsigned long long lives = 1000000;
    unsigned long long base = 1;
    unsigned long long only = 0;
    bool one = false;
    bool shrink = true;
    totals sum = {0};

    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";

        if (strcmp(argv[i], "--brief") == 0) {
            shrink = false;
            continue;
        }
        unsigned long long number = strtoull(value, NULL, 10);

        if (value[0] < '0' || value[0] > '9') {
            (void)fprintf(stderr, "usage: sim [--lives N] [--seed S] [--life SEED] [--brief]\n");
            return 2;
        }
        if (strcmp(argv[i], "--lives") == 0) {
            lives = number;
        } else if (strcmp(argv[i], "--seed") == 0) {
            base = number;
        } else if (strcmp(argv[i], "--life") == 0) {
            only = number;
            one = true;
        } else {
            (void)fprintf(stderr, "sim: unknown option %s\n", argv[i]);
            return 2;
        }
        i++;
    }
    if (one) {
        life_make(&the_life, only, -1);
        life_print(&the_life, stdout);
        const play_result result = play_life(&the_life, &subject_crashfree, true);

        return result.failure == NULL ? EXIT_SUCCESS : report(&result, shrink);
    }

    const double begin = seconds();

    for (unsigned long long i = 0; i < lives; i++) {
        /* Any number in between would do; this one is the golden ratio's. */
        life_make(&the_life, rng_mix(base * UINT64_C(0x9e3779b97f4a7c15) + i), -1);
        const play_result result = play_life(&the_life, &subject_crashfree, false);

        add(&sum, &result);
        if (result.failure != NULL) {
            printf("life %llu of base seed %llu ", i, base);
            return report(&result, shrink);
        }
    }
    const double taken = seconds() - begin;
    const double off = sum.drawn > 0 ? fabs((double)sum.sampled - (double)sum.drawn / 2) : 0;

    printf("%llu lives of base seed %llu in %.1f s: %.0f lives/s\n", lives, base, taken,
           (double)lives / taken);
    printf("%llu sessions, %llu requests, %llu of them with a fault\n", sum.sessions, sum.requests,
           sum.faults);
    printf("%llu lives without faults, in %llu of which all numbers were due and equal\n", sum.calm,
           sum.exact);
    printf("with faults: %llu sessions counted twice, as an answer was lost; %llu not counted, "
           "each for a known reason\n",
           sum.doubled, sum.missing);
    /* Six standard deviations. */
    if (off > 6 * sqrt((double)sum.drawn) / 2) {
        printf("FAILED: sampling is unbiased: %llu of %llu at a rate of one half\n", sum.sampled,
               sum.drawn);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
