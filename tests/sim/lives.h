/* What a program of lives without scripts is asked to play, and playing it. */
#ifndef SIM_LIVES_H
#define SIM_LIVES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct lives {
    unsigned long long count;
    unsigned long long seed;
} lives;

/* Reads [--lives N] [--seed S]; `count` is the number of lives if none is given. */
lives lives_asked(int argc, char **argv, unsigned long long count);

/* Lives each of them; `live` returns what is wrong, or NULL. Prints the first failure; whether there was none. */
bool lives_play(const lives *asked, const char *(*live)(uint64_t seed));

#endif
