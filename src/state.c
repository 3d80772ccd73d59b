#include "state.h"

#include "host.h"
#include "timing.h"

double cf_state_monotonic(const crashfree *client) {
    return cf_monotonic(client->monotonic, cf_host_monotonic(client));
}

void cf_state_look_at_clocks(crashfree *client) {
    client->monotonic = cf_state_monotonic(client);
    client->now = cf_timestamp_or_epoch(cf_host_now(client));
}

crashfree_consent cf_state_consent(const crashfree *client) {
    const uint32_t consent = client->number[CRASHFREE_OPTION_CONSENT];

    return consent < CRASHFREE_CONSENT_DENIED ? (crashfree_consent)consent
                                              : CRASHFREE_CONSENT_DENIED;
}

bool cf_state_may_send(const crashfree *client) {
    return cf_destination_status(&client->destination) == CRASHFREE_STATUS_ACTIVE &&
           cf_state_consent(client) == CRASHFREE_CONSENT_GRANTED;
}

bool cf_state_is_too_old(const crashfree *client, double at) {
    return client->monotonic - at > CRASHFREE_AGE_MAX_MS - CRASHFREE_AGE_MARGIN_MS;
}

void cf_state_lose(crashfree *client, crashfree_counter reason) {
    client->counters[reason]++;
    client->unreported[reason]++;
}
