/* The number text that cJSON gets in place of stdio's, and what cJSON makes of it. */
#include "test.h"

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

int cf_cjson_sprintf(char *out, const char *format, uint32_t value);

static char out[32];

TEST(writes_whole_numbers) {
    CHECK_EQ_INT(cf_cjson_sprintf(out, "%d", 0), 1);
    CHECK_EQ_STR(out, "0");
    CHECK_EQ_INT(cf_cjson_sprintf(out, "%d", 2147483647), 10);
    CHECK_EQ_STR(out, "2147483647");
    CHECK_EQ_INT(cf_cjson_sprintf(out, "%1.15g", 4294967295), 10);
    CHECK_EQ_STR(out, "4294967295");
    CHECK_EQ_INT(cf_cjson_sprintf(out, "%1.17g", 10), 2);
    CHECK_EQ_STR(out, "10");
}

TEST(writes_every_control_character) {
    for (unsigned c = 0; c < 0x20; c++) {
        char expected[8];

        (void)snprintf(expected, sizeof expected, "u%04x", c);
        CHECK_EQ_INT(cf_cjson_sprintf(out, "u%04x", c), 5);
        CHECK_EQ_STR(out, expected);
    }
}

TEST(cjson_prints_every_count_exactly) {
    static const double counts[] = {
        0, 1, 9, 10, 99, 1234567890, 2147483646, 2147483647.0, 2147483648.0, 4294967295.0};

    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        cJSON *number = cJSON_CreateNumber(counts[i]);
        char expected[32];
        const int printed = cJSON_PrintPreallocated(number, out, sizeof out, false);

        cJSON_Delete(number);
        (void)snprintf(expected, sizeof expected, "%.0f", counts[i]);
        CHECK(printed);
        CHECK_EQ_STR(out, expected);
    }
}

TEST(cjson_escapes_what_json_must_not_hold) {
    char long_out[64];
    cJSON *text = cJSON_CreateStringReference("\"\\\b\f\n\r\t\x01\x1f\x7f/\xc3\xa9");
    const int printed = cJSON_PrintPreallocated(text, long_out, sizeof long_out, false);

    cJSON_Delete(text);
    CHECK(printed);
    CHECK_EQ_STR(long_out, "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f/\xc3\xa9\"");
}
