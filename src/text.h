/* UTF-8 text from the host. */
#ifndef CF_TEXT_H
#define CF_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In place of a NUL, at which cJSON would end: the control character SUBSTITUTE. */
#define CF_TEXT_NUL "\x1a"

/* Digits of the longest number, 2^32 - 1. */
#define CF_TEXT_NUMBER_MAX 10

/*
 * Copies `text` to `out`, which has room for `capacity` bytes and the NUL that is always added.
 * Bytes that are not UTF-8 become U+FFFD (protocol 1.1: Relay refuses them); the module is given
 * none and does not look (wasm/utf8.c). Returns the length of the whole result: more than
 * `capacity` means that `out` was cut, between two characters.
 */
size_t cf_text_copy(char *out, size_t capacity, const char *text, size_t length);

/* The same without the ASCII white space at both ends of `text`. */
size_t cf_text_copy_trimmed(char *out, size_t capacity, const char *text, size_t length);

/* Whether a name is `lower` but for the case of letters; `lower` has small letters and dots only. */
bool cf_text_is(const char *text, const char *lower);

/* Writes each byte as two hexadecimal digits. */
void cf_text_hex(char *out, const unsigned char *bytes, size_t count);

/* Writes the last `count` decimal digits of a number; returns where the next character goes. */
char *cf_text_digits(char *out, uint32_t value, int count);

/* Writes a number in decimal digits, the last of which stands before `end`; returns the first. */
char *cf_text_number(char *end, uint32_t value);

#endif
