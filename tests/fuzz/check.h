/* What every envelope has to be, checked without the code that made it. A violation aborts. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                  \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whether the whole text is one JSON object on one line, in valid UTF-8. */
bool check_is_object(const char *text, size_t length);

/* `size` bytes, the same ones each time that it is called with the same `memory`, which is NULL at first:
 * AddressSanitizer guards their ends, and takes long to give as much as a client needs. */
void *check_memory(void **memory, size_t size);

/* Copies input to memory of its own size, so that AddressSanitizer sees every byte too far. */
char *check_copy(const uint8_t *data, size_t size);

/* Takes the next byte of an input; 0 once there is none. */
uint8_t check_next(const uint8_t **data, size_t *size);

#endif
