/* Options, and what a client says of itself. */
#include "names.h"
#include "state.h"
#include "text.h"

#include <string.h>

static bool set_dsn(crashfree *client, const char *text, size_t length) {
    if (cf_dsn_parse(&client->dsn, text, length)) {
        client->dsn_status = CRASHFREE_STATUS_ACTIVE;
        return true;
    }
    client->dsn_status = length > 0 ? CRASHFREE_STATUS_INVALID_DSN : CRASHFREE_STATUS_NO_DSN;
    return false;
}

static bool set_release(crashfree *client, const char *text, size_t length) {
    switch (
        cf_name_set(client->attributes.release, CRASHFREE_RELEASE_MAX, "latest", text, length)) {
    case CF_NAME_VALID:
        client->release_status = CRASHFREE_STATUS_ACTIVE;
        return true;
    case CF_NAME_EMPTY:
        client->release_status = CRASHFREE_STATUS_NO_RELEASE;
        return false;
    default:
        client->release_status = CRASHFREE_STATUS_INVALID_RELEASE;
        return false;
    }
}

bool crashfree_set_text(crashfree *client, crashfree_option option, const char *text,
                        size_t length) {
    switch (option) {
    case CRASHFREE_OPTION_DSN:
        return set_dsn(client, text, length);
    case CRASHFREE_OPTION_RELEASE:
        return set_release(client, text, length);
    case CRASHFREE_OPTION_ENVIRONMENT:
        return cf_name_set(client->attributes.environment, CRASHFREE_ENVIRONMENT_MAX, "none", text,
                           length) == CF_NAME_VALID;
    case CRASHFREE_OPTION_USER_AGENT:
        (void)cf_text_copy(client->attributes.user_agent, CRASHFREE_USER_AGENT_MAX, text, length);
        return true;
    case CRASHFREE_OPTION_TUNNEL:
        client->tunnel_invalid =
            cf_text_copy(client->tunnel, CRASHFREE_URL_MAX, text, length) > CRASHFREE_URL_MAX;
        return !client->tunnel_invalid;
    default:
        return false;
    }
}

size_t crashfree_dsn(const crashfree *client, char *out, size_t capacity) {
    if (client->dsn_status != CRASHFREE_STATUS_ACTIVE || capacity < sizeof client->dsn.text) {
        return 0;
    }
    memcpy(out, client->dsn.text, sizeof client->dsn.text);
    return strlen(out);
}

void crashfree_set_number(crashfree *client, crashfree_option option, double value) {
    if (option == CRASHFREE_OPTION_SAMPLE_RATE) {
        client->sample_rate = value;
    } else if ((unsigned)option < CRASHFREE_OPTIONS) {
        client->number[option] = value > 0 && value <= UINT32_MAX ? (uint32_t)value : 0;
    }
}

crashfree_status crashfree_get_status(const crashfree *client) {
    const crashfree_status status = cf_state_configuration(client);

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
    if (client->end > client->sessions && !client->end[-1].sampled) {
        return CRASHFREE_STATUS_SAMPLED_OUT;
    }
    return client->unreadable ? CRASHFREE_STATUS_ANSWERS_UNREADABLE : CRASHFREE_STATUS_ACTIVE;
}

uint32_t crashfree_count(const crashfree *client, crashfree_counter counter) {
    return (unsigned)counter < CRASHFREE_COUNTERS ? client->counters[counter] : 0;
}
