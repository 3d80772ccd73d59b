/* An aggregate of few minutes and few of them in an item: both limits are reached within few calls. */
#ifndef FEW_MINUTES_H
#define FEW_MINUTES_H

#include "crashfree_aggregate.h"

#undef CRASHFREE_AGGREGATE_MINUTES_MAX
#define CRASHFREE_AGGREGATE_MINUTES_MAX 12
#undef CRASHFREE_AGGREGATE_ITEM_MAX
#define CRASHFREE_AGGREGATE_ITEM_MAX 5

#endif
