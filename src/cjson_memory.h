/* cJSON's memory. The core asks for none, so that the module has none; tests of cJSON do. */
#ifndef CF_CJSON_MEMORY_H
#define CF_CJSON_MEMORY_H

#include <stddef.h>

void *cf_cjson_malloc(size_t size);
void *cf_cjson_realloc(void *memory, size_t size);
void cf_cjson_free(void *memory);

#endif
