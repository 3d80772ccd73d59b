/* Deterministic randomness: SplitMix64. Equal seeds give equal lives on every machine. */
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include <stdbool.h>
#include <stdint.h>

typedef struct rng {
    uint64_t state;
} rng;

static inline uint64_t rng_mix(uint64_t value) {
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

static inline uint64_t rng_next(rng *random) {
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    return rng_mix(random->state);
}

/* From 0 to `count` - 1. */
static inline unsigned rng_below(rng *random, unsigned count) {
    return (unsigned)(((rng_next(random) >> 32) * count) >> 32);
}

static inline bool rng_chance(rng *random, double share) {
    return (double)(rng_next(random) >> 11) * 0x1p-53 < share;
}

#endif
