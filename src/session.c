#include "session.h"

#include "text.h"

#include <string.h>

/* Notes when the last fact of a session happened. */
static void note_moment(cf_session *session, double at) {
    if (at > session->changed) {
        session->changed = at;
    }
}

/* The state is news to the server, whatever it answered to the one before. */
static void note_news(cf_session *session, double at) {
    note_moment(session, at);
    session->update_request = CF_UNSENT;
    session->refused = false;
}

void cf_session_begin(cf_session *session, unsigned char random[CF_SID_BYTES], double sample_rate,
                      double started, double at) {
    /* A UUID of version 4. */
    random[6] = (unsigned char)((random[6] & 0x0f) | 0x40);
    random[8] = (unsigned char)((random[8] & 0x3f) | 0x80);
    cf_text_hex(session->sid, random, CF_SID_BYTES);
    /* The first four bytes are random throughout. */
    const uint32_t draw = (uint32_t)random[0] << 24 | (uint32_t)random[1] << 16 |
                          (uint32_t)random[2] << 8 | random[3];

    session->sampled = draw < sample_rate * 4294967296.0;
    session->discarded = !session->sampled;
    session->started = started;
    session->began = at;
    session->changed = at;
    session->update_request = CF_TAKEN;
}

bool cf_session_identify(cf_session *session, const char *did, double at) {
    memcpy(session->did, did, sizeof session->did);
    note_moment(session, at);
    /* An unsent `init` will carry the id. */
    if (session->init_request == CF_UNSENT) {
        return false;
    }
    note_news(session, at);
    return true;
}

bool cf_session_error(cf_session *session, double at) {
    if (session->errors < CF_SESSION_ERRORS_MAX) {
        session->errors++;
    }
    if (session->errors == 1) {
        note_news(session, at);
        return true;
    }
    return false;
}

void cf_session_end(cf_session *session, crashfree_session_status status, double at) {
    session->status = status;
    note_news(session, at);
}
