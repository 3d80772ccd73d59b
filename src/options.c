/* Options, and what a client says of itself. */
#include "state.h"
#include "text.h"

#include <string.h>

bool crashfree_set_text(crashfree *client, crashfree_option option, const char *text,
                        size_t length) {
    cf_destination *const destination = &client->destination;

    if (option == CRASHFREE_OPTION_USER_AGENT) {
        (void)cf_text_copy(destination->attributes.user_agent, CRASHFREE_USER_AGENT_MAX, text,
                           length);
        return true;
    }
    return cf_destination_set(destination, option, text, length);
}

size_t crashfree_dsn(const crashfree *client, char *out, size_t capacity) {
    const cf_destination *const destination = &client->destination;

    if (destination->dsn_status != CRASHFREE_STATUS_ACTIVE ||
        capacity < sizeof destination->dsn.text) {
        return 0;
    }
    memcpy(out, destination->dsn.text, sizeof destination->dsn.text);
    return strlen(out);
}

void crashfree_set_number(crashfree *client, crashfree_option option, double value) {
    if (option == CRASHFREE_OPTION_SAMPLE_RATE) {
        client->sample_rate = value;
    } else if ((unsigned)option < CRASHFREE_OPTIONS) {
        client->number[option] = value >= 0 && value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
    }
}

crashfree_status crashfree_get_status(const crashfree *client) {
    const crashfree_status status = cf_destination_status(&client->destination);

    if (client->closed) {
        return CRASHFREE_STATUS_CLOSED;
    }
    if (status != CRASHFREE_STATUS_ACTIVE) {
        return status;
    }
    switch (cf_state_consent(client)) {
    case CRASHFREE_CONSENT_GRANTED:
        break;
    case CRASHFREE_CONSENT_PENDING:
        return CRASHFREE_STATUS_CONSENT_PENDING;
    default:
        return CRASHFREE_STATUS_CONSENT_DENIED;
    }
    if (client->limits.items > cf_state_monotonic(client)) {
        return CRASHFREE_STATUS_RATE_LIMITED;
    }
    if (client->foreign) {
        return CRASHFREE_STATUS_ANSWERS_FOREIGN;
    }
    if (client->too_many) {
        return CRASHFREE_STATUS_TOO_MANY_SESSIONS;
    }
    if (client->sessions_end > client->sessions && !client->sessions_end[-1].sampled) {
        return CRASHFREE_STATUS_SAMPLED_OUT;
    }
    return client->unreadable ? CRASHFREE_STATUS_ANSWERS_UNREADABLE : CRASHFREE_STATUS_ACTIVE;
}

uint32_t crashfree_count(const crashfree *client, crashfree_counter counter) {
    return (unsigned)counter < CRASHFREE_COUNTERS ? client->counters[counter] : 0;
}
