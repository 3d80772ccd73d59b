/* The sessions that a client keeps until the server has what it needs of them. */
#ifndef CF_QUEUE_H
#define CF_QUEUE_H

#include "state.h"

/* The present session, running or ended, or NULL. */
static inline cf_session *cf_queue_present(crashfree *client) {
    return client->sessions_end > client->sessions ? client->sessions_end - 1 : NULL;
}

/* Makes room for a session and returns it, with nothing in it yet. */
cf_session *cf_queue_add(crashfree *client);

/* The session that has an id, or NULL. */
cf_session *cf_queue_find(crashfree *client, const char sid[CRASHFREE_SID_LENGTH]);

/* The first session from `session` on that the next request has to carry, or NULL. */
cf_session *cf_queue_next_due(crashfree *client, cf_session *session);

/* Forgets the settled sessions but for the last one. */
void cf_queue_forget_settled(crashfree *client);

/* Whether something is due that the server has not refused as it is, or, `refused`, at all. */
bool cf_queue_has_news(crashfree *client, bool refused);

/* Whether something is in doubt. */
bool cf_queue_has_doubts(const crashfree *client);

/* Gives up a session of which something is due or in doubt. */
void cf_queue_drop(crashfree *client, cf_session *session, crashfree_counter reason);

/* Drops a session that is too old for the server, and corrects a start that a jump of the wall clock
 * has made wrong. */
void cf_queue_check_age(crashfree *client, cf_session *session);

#endif
