/* cJSON's memory outside the page: the C library's. The core asks for none; tests of cJSON do. */
#include <stdlib.h>

void *cf_cjson_malloc(size_t size);
void *cf_cjson_realloc(void *memory, size_t size);
void cf_cjson_free(void *memory);

void *cf_cjson_malloc(size_t size) {
    return malloc(size);
}

void *cf_cjson_realloc(void *memory, size_t size) {
    return realloc(memory, size);
}

void cf_cjson_free(void *memory) {
    free(memory);
}
