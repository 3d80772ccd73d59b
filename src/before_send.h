/* What the host discards: option CRASHFREE_OPTION_BEFORE_SEND. */
#ifndef CF_BEFORE_SEND_H
#define CF_BEFORE_SEND_H

#include "state.h"

/*
 * Lets the host discard sessions that are due. It may call back and so move them in the list; those
 * that this passes over are left for the next request.
 */
void cf_before_send_ask(crashfree *client);

#endif
