/* Envelopes (protocol 4.1), written with cJSON. */
#ifndef CF_ENVELOPE_H
#define CF_ENVELOPE_H

#include "session.h"

#include <stdbool.h>
#include <stddef.h>

/* What all items of a client have in common; empty texts are left out. */
typedef struct cf_attributes {
    char release[CRASHFREE_RELEASE_MAX + 1];
    char environment[CRASHFREE_ENVIRONMENT_MAX + 1];
    char user_agent[CRASHFREE_USER_AGENT_MAX + 1];
} cf_attributes;

/* An envelope under construction. A part that does not fit is left out as a whole. */
typedef struct cf_envelope {
    size_t length; /* at most that of `text` */
    char text[CRASHFREE_ENVELOPE_MAX]; /* not NUL-ended */
} cf_envelope;

/* Writes the header, over what was there. `dsn` goes into it for a tunnel and is empty otherwise. */
void cf_envelope_begin(cf_envelope *envelope, double now, const char *dsn);

/* Adds the next update of a session. */
bool cf_envelope_add_session(cf_envelope *envelope, const cf_session *session,
                             const cf_attributes *attributes, double now);

/* Adds a client report; `lost` has a quantity for each counter from CRASHFREE_DROPPED_QUEUE on. */
bool cf_envelope_add_report(cf_envelope *envelope, const uint32_t *lost, double now);

/*
 * Writes a session with its present status as JSON, with a NUL behind it. Returns the length, 0 if
 * it does not fit.
 */
size_t cf_envelope_session_json(char *out, size_t capacity, const cf_session *session,
                                const cf_attributes *attributes, double now);

#endif
