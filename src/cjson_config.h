/*
 * Included in front of cJSON.c: what stdio would be most of the module for, and what is never used.
 * The core only writes, and all its numbers are whole, finite and below 2^32.
 */
#ifndef CF_CJSON_CONFIG_H
#define CF_CJSON_CONFIG_H

/* cJSON.c includes them again, behind the macros. */
#include <ctype.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cJSON's memory. The core asks for none; see wasm.c and alloc_native.c. */
void *cf_cjson_malloc(size_t size);
void *cf_cjson_realloc(void *memory, size_t size);
void cf_cjson_free(void *memory);

/* Writes `value` as the format says: `%d`, `%1.15g` (digits both) or `u%04x`. */
int cf_cjson_sprintf(char *out, const char *format, uint32_t value);

#define malloc cf_cjson_malloc
#define realloc cf_cjson_realloc
#define free cf_cjson_free
#define sprintf(out, format, ...) cf_cjson_sprintf(out, format, (uint32_t)(__VA_ARGS__ + 0))

/* Reading a number back to see whether 15 digits were enough: they are. */
#define sscanf(text, format, value) 1
#undef fabs
#define fabs(value) 0

#undef isnan
#undef isinf
#define isnan(value) 0
#define isinf(value) 0

/* Only the parser calls it. */
#define strtod(text, end) (*(end) = (char *)(text), 0)

#endif
