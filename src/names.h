/* Release and environment names (protocol 6). */
#ifndef CF_NAMES_H
#define CF_NAMES_H

#include <stddef.h>

typedef enum cf_name { CF_NAME_VALID, CF_NAME_EMPTY, CF_NAME_INVALID } cf_name;

/*
 * Puts the trimmed name into `out`, which has room for `limit` bytes and a NUL. `reserved` is the
 * word besides `.` and `..` that is no name, in lower case. Unless the name is valid, `out` is left
 * empty.
 */
cf_name cf_name_set(char *out, size_t limit, const char *reserved, const char *text, size_t length);

#endif
