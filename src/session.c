#include "session.h"

#include "host.h"

#include <string.h>

#define SID_BYTES (CF_SID_LENGTH / 2)

/* The state is news to the server, whatever it answered to the one before. */
static void changed(cf_session *session) {
    session->update = CF_UNSENT;
    session->refused = false;
}

void cf_session_begin(cf_session *session, const crashfree *client, double sample_rate) {
    static const char hex[] = "0123456789abcdef";
    unsigned char bytes[SID_BYTES] = {0};
    uint32_t draw = 0;

    memset(session, 0, sizeof *session);
    cf_host_random(client, bytes, sizeof bytes);
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    for (int i = SID_BYTES; i-- > 0;) {
        session->sid[2 * i] = hex[bytes[i] >> 4];
        session->sid[2 * i + 1] = hex[bytes[i] & 15];
        /* In the end the first four bytes, which are random throughout in a version 4 UUID. */
        draw = draw >> 8 | (uint32_t)bytes[i] << 24;
    }
    session->sampled = draw < sample_rate * 4294967296.0;
    session->discarded = !session->sampled;
    session->started = cf_host_now(client);
    session->began = cf_host_monotonic(client);
    session->update = CF_TAKEN;
}

bool cf_session_identify(cf_session *session, const char *did) {
    memcpy(session->did, did, sizeof session->did);
    /* An unsent `init` will carry the id. */
    if (session->init == CF_UNSENT) {
        return false;
    }
    changed(session);
    return true;
}

bool cf_session_error(cf_session *session) {
    session->errors++;
    if (session->errors == 1) {
        changed(session);
        return true;
    }
    return false;
}

void cf_session_end(cf_session *session, crashfree_session_status status) {
    session->status = status;
    changed(session);
}
