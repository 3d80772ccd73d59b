#include "digest.h"
#include "test.h"

static const char *of(const char *text) {
    static char hex[2 * CF_DIGEST_BYTES + 1];
    cf_digest digest;

    cf_digest_begin(&digest);
    cf_digest_add(&digest, text, strlen(text));
    for (int i = 0; i < CF_DIGEST_BYTES; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", digest.bytes[i]);
    }
    return hex;
}

/* Published values of FNV-1a with 128 bits. */
TEST(is_fnv_1a) {
    CHECK_EQ_STR(of(""), "6c62272e07bb014262b821756295c58d");
    CHECK_EQ_STR(of("a"), "d228cb696f1a8caf78912b704e4a8964");
    CHECK_EQ_STR(of("foobar"), "343e1662793c64bf6f0d3597ba446f18");
}

TEST(parts_can_be_added_one_by_one) {
    cf_digest whole;
    cf_digest parts;

    cf_digest_begin(&whole);
    cf_digest_add(&whole, "foobar", 6);
    cf_digest_begin(&parts);
    cf_digest_add(&parts, "foo", 3);
    cf_digest_add(&parts, "", 0);
    cf_digest_add(&parts, "bar", 3);
    CHECK_EQ_MEM(&whole, &parts, sizeof whole);
}
