/* An aggregate: the counts that wait, and what it takes to tell the server of them. */
#ifndef CF_AGGREGATE_H
#define CF_AGGREGATE_H

#include "destination.h"
#include "minutes.h"
#include "ratelimit.h"

/* Room for the counts of one minute as JSON, with three numbers of 32 bits. */
#define CF_MINUTE_TEXT_MAX 112
/* Room for what all items repeat: their header, names, and the attributes, each byte of which can
 * become six. */
#define CF_ATTRIBUTES_TEXT_MAX (6 * (CRASHFREE_RELEASE_MAX + CRASHFREE_ENVIRONMENT_MAX) + 64)
#define CF_ITEM_TEXT_MAX (CF_ATTRIBUTES_TEXT_MAX + 64)
#define CF_ITEMS_CAPACITY (CF_MINUTES_CAPACITY / CRASHFREE_AGGREGATE_ITEM_MAX + 1)
/* Room for the header of the envelope and a client report. */
#define CF_AROUND_TEXT_MAX 2048
#define CF_AGGREGATE_TEXT_MAX                                                                      \
    (CF_MINUTES_CAPACITY * CF_MINUTE_TEXT_MAX + CF_ITEMS_CAPACITY * CF_ITEM_TEXT_MAX +             \
     CF_AROUND_TEXT_MAX)

struct crashfree_aggregate {
    double monotonic; /* the latest that the host has told */
    bool asked;       /* an envelope was handed out, and its answer is not told yet */
    cf_ratelimit limits;
    cf_destination destination;
    cf_minutes minutes;
    cf_envelope envelope; /* writes the parts that a page's envelope has, too */
    size_t length;
    char text[CF_AGGREGATE_TEXT_MAX];
};

/* Writes the envelope of all minutes and, if wanted, of what was lost, to the aggregate's text. */
void cf_aggregate_write(crashfree_aggregate *aggregate, bool report, double now);

#endif
