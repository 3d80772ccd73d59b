/* Envelopes (protocol 4.1), written with cJSON. */
#ifndef CF_ENVELOPE_H
#define CF_ENVELOPE_H

#include "session.h"
#include "text.h"
#include "timestamp.h"

#include <cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* What all items of a client have in common; empty texts are left out. */
typedef struct cf_attributes {
    char release[CRASHFREE_RELEASE_MAX + 1];
    char environment[CRASHFREE_ENVIRONMENT_MAX + 1];
    char user_agent[CRASHFREE_USER_AGENT_MAX + 1];
} cf_attributes;

/* The kinds of loss, from CRASHFREE_COUNT_QUEUE_OVERFLOW to CRASHFREE_COUNT_BACKPRESSURE. */
#define CF_LOSSES (CRASHFREE_COUNT_BACKPRESSURE - CRASHFREE_COUNT_QUEUE_OVERFLOW + 1)

/* A client report has the most: itself, its time and its list, and of each kind of loss an entry with
 * three members, one of which is a number. */
#define CF_NODES_MAX (3 + 4 * CF_LOSSES)
#define CF_NUMBERS_MAX CF_LOSSES

/*
 * A JSON object under construction: cJSON's nodes, in the order in which they are written. They are
 * linked here, so that nothing is allocated. Texts are not copied: they must outlive it.
 */
typedef struct cf_document {
    cJSON nodes[CF_NODES_MAX]; /* the first one is the object */
    cJSON *last;
    cJSON **next; /* where the next node is linked */
    char digits[CF_NUMBERS_MAX][CF_TEXT_NUMBER_MAX + 1];
    unsigned numbers;
} cf_document;

/*
 * An envelope under construction, and what it takes to write one; most of it is too large for a
 * stack. A part that does not fit is left out as a whole.
 */
typedef struct cf_envelope {
    double time; /* the last that was written, with its text: most times are the same moment */
    char time_text[CF_TIMESTAMP_LENGTH + 1];
    cf_document document; /* the part that is being written, with room for its times */
    char started[CF_TIMESTAMP_LENGTH + 1];
    char timestamp[CF_TIMESTAMP_LENGTH + 1];
    size_t length;                     /* at most that of `text` */
    char text[CRASHFREE_ENVELOPE_MAX]; /* not NUL-ended */
} cf_envelope;

/* Writes the header, over what was there. `dsn` goes into it for a tunnel and is empty otherwise. */
void cf_envelope_begin(cf_envelope *envelope, double now, const char *dsn);

/* Adds the next update of a session, which is no later than `now`. */
bool cf_envelope_add_session(cf_envelope *envelope, const cf_session *session,
                             const cf_attributes *attributes, double now);

/* Adds a client report; `lost` has a quantity for each kind of loss. */
bool cf_envelope_add_report(cf_envelope *envelope, const uint32_t lost[CF_LOSSES], double now);

/*
 * Writes a session as JSON to `out`, which may be the envelope's text, with a NUL
 * behind it. Returns the length, 0 if it does not fit. `capacity` is at most INT_MAX.
 */
size_t cf_envelope_session_json(cf_envelope *envelope, char *out, size_t capacity,
                                const cf_session *session, const cf_attributes *attributes,
                                double now);

#endif
