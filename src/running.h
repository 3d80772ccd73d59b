/* The running session: whether there is one, how it begins, and what succeeds it. */
#ifndef CF_RUNNING_H
#define CF_RUNNING_H

#include "queue.h"

/* The running session, or NULL. */
cf_session *cf_running(crashfree *client);

/* Looks at the clocks and gives the moment of a fact: no later than now, no earlier than the fact
 * before, and no longer ago than the server takes. */
double cf_running_moment(crashfree *client, double told);

/* Ends the running session, if there is one, and begins the next at the moment `at`. */
void cf_running_start(crashfree *client, bool announce, double at);

/* The running session, or NULL. One that is too old for the server is succeeded by another first. */
cf_session *cf_running_fresh(crashfree *client, double at);

#endif
