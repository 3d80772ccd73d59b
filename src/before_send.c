#include "before_send.h"

#include "host.h"
#include "queue.h"

#include <string.h>

void cf_before_send_ask(crashfree *client) {
    cf_envelope *const envelope = &client->envelope;

    client->busy = true;
    for (cf_session *session = cf_queue_next_due(client, client->sessions); session != NULL;
         session = cf_queue_next_due(client, session + 1)) {
        char sid[CRASHFREE_SID_LENGTH];
        const size_t length =
            cf_envelope_session_json(envelope, envelope->text, sizeof envelope->text, session,
                                     &client->destination.attributes, client->now);

        memcpy(sid, session->sid, sizeof sid);
        session->cleared = true;
        if (cf_host_before_send(client, envelope->text, length)) {
            continue;
        }
        cf_session *const same = cf_queue_find(client, sid);

        if (same != NULL) {
            cf_queue_drop(client, same, CRASHFREE_COUNT_BEFORE_SEND);
        }
    }
    client->busy = false;
}
