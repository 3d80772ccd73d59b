/* Outside the page the allocator is the C library's. */
#include "cjson_memory.h"

#include <stdlib.h>

void *cf_cjson_malloc(size_t size) {
    return malloc(size);
}

void *cf_cjson_realloc(void *memory, size_t size) {
    return realloc(memory, size);
}

void cf_cjson_free(void *memory) {
    free(memory);
}
