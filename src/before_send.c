#include "before_send.h"

#include "host.h"
#include "queue.h"

#include <string.h>

/* Digits of a sid that tell the sessions of one client apart. */
#define SID_ENOUGH 8

void cf_before_send_ask(crashfree *client) {
    cf_envelope *const envelope = &client->envelope;

    client->busy = true;
    for (cf_session *session = cf_queue_next_due(client, client->sessions); session != NULL;
         session = cf_queue_next_due(client, session + 1)) {
        char id[SID_ENOUGH];
        const size_t length =
            cf_envelope_session_json(envelope, envelope->text, sizeof envelope->text, session,
                                     &client->destination.attributes, client->now);

        memcpy(id, session->sid, sizeof id);
        session->cleared = true;
        if (cf_host_before_send(client, envelope->text, length)) {
            continue;
        }
        for (cf_session *same = client->sessions; same < client->sessions_end; same++) {
            if (memcmp(same->sid, id, sizeof id) == 0) {
                cf_queue_drop(client, same, CRASHFREE_COUNT_BEFORE_SEND);
            }
        }
    }
    client->busy = false;
}
