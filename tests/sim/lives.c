#include "lives.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

lives lives_asked(int argc, char **argv, unsigned long long count) {
    lives asked = {.count = count, .seed = 1};

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--lives") == 0) {
            asked.count = strtoull(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--seed") == 0) {
            asked.seed = strtoull(argv[i + 1], NULL, 10);
        }
    }
    return asked;
}

bool lives_play(const lives *asked, const char *(*live)(uint64_t seed)) {
    for (unsigned long long i = 0; i < asked->count; i++) {
        const char *const failure = live(asked->seed * UINT64_C(0x9e3779b97f4a7c15) + i);

        if (failure != NULL) {
            printf("life %llu of base seed %llu FAILED: %s\n", i, asked->seed, failure);
            return false;
        }
    }
    return true;
}
