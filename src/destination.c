#include "destination.h"

#include "names.h"
#include "text.h"

void cf_destination_init(cf_destination *destination) {
    destination->dsn_status = CRASHFREE_STATUS_NO_DSN;
    destination->release_status = CRASHFREE_STATUS_NO_RELEASE;
}

static crashfree_status set_dsn(cf_dsn *dsn, const char *text, size_t length) {
    if (cf_dsn_parse(dsn, text, length)) {
        return CRASHFREE_STATUS_ACTIVE;
    }
    return length > 0 ? CRASHFREE_STATUS_INVALID_DSN : CRASHFREE_STATUS_NO_DSN;
}

static crashfree_status set_release(char *release, const char *text, size_t length) {
    switch (cf_name_set(release, CRASHFREE_RELEASE_MAX, "latest", text, length)) {
    case CF_NAME_VALID:
        return CRASHFREE_STATUS_ACTIVE;
    case CF_NAME_EMPTY:
        return CRASHFREE_STATUS_NO_RELEASE;
    default:
        return CRASHFREE_STATUS_INVALID_RELEASE;
    }
}

bool cf_destination_set(cf_destination *destination, crashfree_option option, const char *text,
                        size_t length) {
    cf_attributes *const attributes = &destination->attributes;

    switch (option) {
    case CRASHFREE_OPTION_DSN:
        destination->dsn_status = set_dsn(&destination->dsn, text, length);
        return destination->dsn_status == CRASHFREE_STATUS_ACTIVE;
    case CRASHFREE_OPTION_RELEASE:
        destination->release_status = set_release(attributes->release, text, length);
        return destination->release_status == CRASHFREE_STATUS_ACTIVE;
    case CRASHFREE_OPTION_ENVIRONMENT:
        return cf_name_set(attributes->environment, CRASHFREE_ENVIRONMENT_MAX, "none", text,
                           length) == CF_NAME_VALID;
    case CRASHFREE_OPTION_TUNNEL:
        destination->tunnel_invalid =
            cf_text_copy(destination->tunnel, CRASHFREE_URL_MAX, text, length) > CRASHFREE_URL_MAX;
        return !destination->tunnel_invalid;
    default:
        return false;
    }
}

crashfree_status cf_destination_status(const cf_destination *destination) {
    if (destination->dsn_status != CRASHFREE_STATUS_ACTIVE) {
        return destination->dsn_status;
    }
    if (destination->tunnel_invalid) {
        return CRASHFREE_STATUS_INVALID_TUNNEL;
    }
    return destination->release_status;
}

const char *cf_destination_url(const cf_destination *destination) {
    return destination->tunnel[0] != '\0' ? destination->tunnel : destination->dsn.endpoint;
}

const char *cf_destination_header_dsn(const cf_destination *destination) {
    return destination->tunnel[0] != '\0' ? destination->dsn.text : "";
}
