/* Who uses the page. */
#include "delivery.h"
#include "digest.h"
#include "running.h"
#include "text.h"

#include <string.h>

/* The id as it travels, with NULs up to the end of `did`. */
static void write_did(char did[CRASHFREE_USER_ID_MAX + 1], const char *id, size_t length) {
    static const char prefix[] = "crashfree:";
    cf_digest digest;

    memset(did, 0, CRASHFREE_USER_ID_MAX + 1);
    if (cf_text_copy(did, CRASHFREE_USER_ID_MAX, id, length) <= CRASHFREE_USER_ID_MAX) {
        return;
    }
    cf_digest_begin(&digest);
    cf_digest_add(&digest, id, length);
    memset(did, 0, CRASHFREE_USER_ID_MAX + 1);
    memcpy(did, prefix, sizeof prefix - 1);
    cf_text_hex(did + sizeof prefix - 1, digest.bytes, CF_DIGEST_BYTES);
}

void crashfree_set_user(crashfree *client, const char *id, size_t length, double at) {
    const double then = cf_running_moment(client, at);

    if (client->closed) {
        return;
    }
    write_did(client->did, id, length);
    /* Nobody is no news, and an old session succeeded by another has the id already. */
    cf_session *const session = client->did[0] != '\0' ? cf_running_fresh(client, then) : NULL;

    if (session == NULL || strcmp(session->did, client->did) == 0) {
        return;
    }
    if (session->did[0] != '\0') {
        cf_running_start(client, false, then);
    } else if (!cf_session_identify(session, client->did, then)) {
        return;
    }
    cf_delivery_wake_in(client, 0);
}
