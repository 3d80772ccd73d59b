/*
 * Included in front of cJSON.c, of which the core uses the printing of texts, objects and arrays:
 * what would pull in stdio, or is never used, is left out here.
 */
#ifndef CF_CJSON_CONFIG_H
#define CF_CJSON_CONFIG_H

#include "cjson_memory.h"

/* cJSON.c includes them again, behind the macros. */
#include <ctype.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes a control character as cJSON wants it behind a backslash: `u%04x`. */
int cf_cjson_escape(char *out, unsigned code);

#define malloc cf_cjson_malloc
#define realloc cf_cjson_realloc
#define free cf_cjson_free

/* Of cJSON's formats only the escape of a control character is needed. Numbers, which are refused,
 * are given as raw text (envelope.c). */
#define sprintf(out, format, ...)                                                                  \
    ((format)[0] == 'u' ? cf_cjson_escape(out, (unsigned)(__VA_ARGS__ + 0)) : -1)
#define sscanf(text, format, value) 1

/* Only the parser calls it. */
#define strtod(text, end) (*(end) = (char *)(text), 0)

#endif
