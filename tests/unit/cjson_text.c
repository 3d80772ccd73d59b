/* What cJSON gets in place of stdio, and what it makes of it. */
#include "test.h"

#include <cJSON.h>
#include <stdbool.h>

int cf_cjson_escape(char *out, unsigned code);

static char out[32];

TEST(writes_every_control_character) {
    for (unsigned c = 0; c < 0x20; c++) {
        char expected[8];

        (void)snprintf(expected, sizeof expected, "u%04x", c);
        CHECK_EQ_INT(cf_cjson_escape(out, c), 5);
        CHECK_EQ_STR(out, expected);
    }
}

TEST(cjson_refuses_numbers) {
    cJSON *number = cJSON_CreateNumber(1);
    const int printed = cJSON_PrintPreallocated(number, out, sizeof out, false);

    cJSON_Delete(number);
    CHECK(!printed);
}

TEST(cjson_escapes_what_json_must_not_hold) {
    char long_out[64];
    cJSON *text = cJSON_CreateStringReference("\"\\\b\f\n\r\t\x01\x1f\x7f/\xc3\xa9");
    const int printed = cJSON_PrintPreallocated(text, long_out, sizeof long_out, false);

    cJSON_Delete(text);
    CHECK(printed);
    CHECK_EQ_STR(long_out, "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f/\xc3\xa9\"");
}
