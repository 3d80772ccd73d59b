#include "names.h"
#include "crashfree.h"
#include "test.h"

static char name[CRASHFREE_RELEASE_MAX + 1];

static cf_name set(const char *text, size_t length) {
    memset(name, '~', sizeof name);
    return cf_name_set(name, CRASHFREE_RELEASE_MAX, "latest", text, length);
}

#define SET(text) set(text, sizeof(text) - 1)

static cf_name set_repeated(const char *part, size_t times) {
    static char text[1000];
    const size_t size = strlen(part);

    for (size_t i = 0; i < times * size; i++) {
        text[i] = part[i % size];
    }
    return set(text, size * times);
}

TEST(takes_ordinary_names) {
    static const char *const names[] = {
        "shop@1.4.0", "@scope@1.0.0",       "pkg@1.0.0+7", "...", "a b",
        "1",          "d\xc3\xa9j\xc3\xa0", "latest1",     "..a", "my:app"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CHECK_EQ_INT(set(names[i], strlen(names[i])), CF_NAME_VALID);
        CHECK_EQ_STR(name, names[i]);
    }
}

TEST(trims_before_anything_else) {
    CHECK_EQ_INT(SET(" \t\nshop@1 \r\n"), CF_NAME_VALID);
    CHECK_EQ_STR(name, "shop@1");
    CHECK_EQ_INT(SET(" latest "), CF_NAME_INVALID);
    CHECK_EQ_INT(SET(" .. "), CF_NAME_INVALID);
}

TEST(does_not_count_trimmed_space_as_length) {
    static char text[CRASHFREE_RELEASE_MAX + 100];

    memset(text, ' ', sizeof text);
    memset(text + 50, 'x', CRASHFREE_RELEASE_MAX);
    CHECK_EQ_INT(set(text, sizeof text), CF_NAME_VALID);
    CHECK_EQ_INT(strlen(name), CRASHFREE_RELEASE_MAX);
}

TEST(calls_nothing_and_blanks_empty) {
    CHECK_EQ_INT(set(NULL, 0), CF_NAME_EMPTY);
    CHECK_EQ_STR(name, "");
    CHECK_EQ_INT(SET(" "), CF_NAME_EMPTY);
    CHECK_EQ_INT(SET("\r\n\t"), CF_NAME_EMPTY);
    CHECK_EQ_STR(name, "");
}

TEST(refuses_reserved_words_in_any_case) {
    static const char *const names[] = {".", "..", "latest", "LATEST", "Latest"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CHECK_EQ_INT(set(names[i], strlen(names[i])), CF_NAME_INVALID);
        CHECK_EQ_STR(name, "");
    }
}

TEST(reserves_the_word_that_it_is_told) {
    CHECK_EQ_INT(cf_name_set(name, 64, "none", "None", 4), CF_NAME_INVALID);
    CHECK_EQ_INT(cf_name_set(name, 64, "none", "latest", 6), CF_NAME_VALID);
}

TEST(refuses_slashes_and_control_characters) {
    CHECK_EQ_INT(SET("app/1.0"), CF_NAME_INVALID);
    CHECK_EQ_INT(SET("app\\1.0"), CF_NAME_INVALID);
    for (int c = 1; c < 0x20; c++) {
        const char text[] = {'a', (char)c, 'b'};

        CHECK_EQ_INT(set(text, sizeof text), CF_NAME_INVALID);
        CHECK_EQ_STR(name, "");
    }
    CHECK_EQ_INT(SET("a\x7f"), CF_NAME_INVALID);
}

TEST(replaces_what_is_not_utf_8) {
    CHECK_EQ_INT(SET("a\xff"), CF_NAME_VALID);
    CHECK_EQ_STR(name, "a\xef\xbf\xbd");
    CHECK_EQ_INT(SET("a\0b"), CF_NAME_INVALID);
}

TEST(limits_bytes_and_not_characters) {
    CHECK_EQ_INT(set_repeated("x", 200), CF_NAME_VALID);
    CHECK_EQ_INT(set_repeated("x", 201), CF_NAME_INVALID);
    CHECK_EQ_STR(name, "");
    CHECK_EQ_INT(set_repeated("\xc3\xa9", 100), CF_NAME_VALID);
    CHECK_EQ_INT(set_repeated("\xc3\xa9", 101), CF_NAME_INVALID);
    /* Each bad byte takes three. */
    CHECK_EQ_INT(set_repeated("\xff", 66), CF_NAME_VALID);
    CHECK_EQ_INT(set_repeated("\xff", 67), CF_NAME_INVALID);
}

TEST(limits_environments_to_64_bytes) {
    char text[65];

    memset(text, 'e', sizeof text);
    CHECK_EQ_INT(cf_name_set(name, CRASHFREE_ENVIRONMENT_MAX, "none", text, 64), CF_NAME_VALID);
    CHECK_EQ_INT(cf_name_set(name, CRASHFREE_ENVIRONMENT_MAX, "none", text, 65), CF_NAME_INVALID);
}
