/* A strict JSON reader (RFC 8259) that walks over text without building anything. */
#ifndef SIM_JSON_H
#define SIM_JSON_H

#include <stdbool.h>
#include <stddef.h>

typedef struct json {
    const char *at;
    const char *end;
    bool failed; /* sticky: every function returns false from then on */
} json;

json json_open(const char *text, size_t length);

/* Whether everything was read. */
bool json_done(const json *reader);

/* The kind of the next value: '{', '[', '"', '0' (a number), 't', 'f', 'n'; 0 if there is none. */
char json_peek(json *reader);

/* Walks over an object: call it before each member, first with `first`; false at the end. */
bool json_member(json *reader, bool first, char *key, size_t capacity);

/* The same for the elements of an array. */
bool json_element(json *reader, bool first);

/* Reads a text and ends it with NUL; fails on U+0000, on invalid UTF-8 and on lone surrogates. */
bool json_text(json *reader, char *out, size_t capacity);

bool json_bool(json *reader, bool *out);

/* Reads a number; `whole` tells whether it was written with digits alone. */
bool json_number(json *reader, double *out, bool *whole);

bool json_skip(json *reader);

#endif
