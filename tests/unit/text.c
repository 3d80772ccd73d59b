#include "text.h"
#include "test.h"

static char out[64];

static size_t copy(const char *text, size_t length) {
    memset(out, '~', sizeof out);
    return cf_text_copy(out, sizeof out - 1, text, length);
}

#define COPY(text) copy(text, sizeof(text) - 1)
#define BAD "\xef\xbf\xbd"

TEST(copies_text_of_every_length_of_character) {
    CHECK_EQ_INT(COPY("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80."), 11);
    CHECK_EQ_STR(out, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80.");
}

TEST(copies_nothing_from_nothing) {
    CHECK_EQ_INT(cf_text_copy(out, 10, NULL, 0), 0);
    CHECK_EQ_STR(out, "");
    CHECK_EQ_INT(cf_text_copy(out, 0, "a", 1), 1);
    CHECK_EQ_STR(out, "");
}

TEST(replaces_nul) {
    CHECK_EQ_INT(COPY("a\0b"), 3);
    CHECK_EQ_STR(out, "a" CF_TEXT_NUL "b");
}

TEST(replaces_lone_surrogates) {
    /* U+D800 and U+DFFF as a careless encoder writes them. */
    CHECK_EQ_INT(COPY("\xed\xa0\x80|\xed\xbf\xbf"), 19);
    CHECK_EQ_STR(out, BAD BAD BAD "|" BAD BAD BAD);
    CHECK_EQ_INT(COPY("\xed\x9f\xbf\xee\x80\x80"), 6);
    CHECK_EQ_STR(out, "\xed\x9f\xbf\xee\x80\x80");
}

TEST(replaces_overlong_forms_and_what_is_beyond_unicode) {
    COPY("\xc0\xaf");
    CHECK_EQ_STR(out, BAD BAD);
    COPY("\xc1\xbf");
    CHECK_EQ_STR(out, BAD BAD);
    COPY("\xe0\x9f\xbf");
    CHECK_EQ_STR(out, BAD BAD BAD);
    COPY("\xf0\x8f\xbf\xbf");
    CHECK_EQ_STR(out, BAD BAD BAD BAD);
    COPY("\xf4\x90\x80\x80");
    CHECK_EQ_STR(out, BAD BAD BAD BAD);
    COPY("\xf5\x80");
    CHECK_EQ_STR(out, BAD BAD);
    COPY("\xf4\x8f\xbf\xbf");
    CHECK_EQ_STR(out, "\xf4\x8f\xbf\xbf");
}

TEST(replaces_characters_that_are_cut_off) {
    COPY("\xc3");
    CHECK_EQ_STR(out, BAD);
    COPY("\xe2\x82");
    CHECK_EQ_STR(out, BAD BAD);
    COPY("\xf0\x9f\x98z");
    CHECK_EQ_STR(out, BAD BAD BAD "z");
    COPY("\x80\xbf");
    CHECK_EQ_STR(out, BAD BAD);
}

TEST(reads_no_byte_behind_the_text) {
    /* In memory of its own, so that AddressSanitizer sees it. */
    char *text = malloc(1);

    CHECK(text != NULL);
    *text = (char)0xf0;
    (void)copy(text, 1);
    free(text);
    CHECK_EQ_STR(out, BAD);
}

TEST(cuts_between_characters_and_tells_the_whole_length) {
    CHECK_EQ_INT(cf_text_copy(out, 4,
                              "ab\xe2\x82\xac"
                              "c",
                              6),
                 6);
    CHECK_EQ_STR(out, "ab");
    CHECK_EQ_INT(cf_text_copy(out, 5,
                              "ab\xe2\x82\xac"
                              "c",
                              6),
                 6);
    CHECK_EQ_STR(out, "ab\xe2\x82\xac");
    CHECK_EQ_INT(cf_text_copy(out, 6,
                              "ab\xe2\x82\xac"
                              "c",
                              6),
                 6);
    CHECK_EQ_STR(out, "ab\xe2\x82\xac"
                      "c");
}

TEST(adds_nothing_behind_the_cut) {
    /* The euro sign does not fit; the shorter character after it would. */
    CHECK_EQ_INT(cf_text_copy(out, 2,
                              "a\xe2\x82\xac"
                              "b",
                              5),
                 5);
    CHECK_EQ_STR(out, "a");
}

TEST(counts_a_replacement_against_the_capacity) {
    CHECK_EQ_INT(cf_text_copy(out, 3, "ab\xff", 3), 5);
    CHECK_EQ_STR(out, "ab");
}

TEST(trims_ascii_white_space) {
    static const char text[] = " \t\r\n\v\f a b \t\r\n\v\f ";

    CHECK_EQ_INT(cf_text_copy_trimmed(out, sizeof out - 1, text, sizeof text - 1), 3);
    CHECK_EQ_STR(out, "a b");
    /* Only what is left counts against the capacity. */
    CHECK_EQ_INT(cf_text_copy_trimmed(out, 3, text, sizeof text - 1), 3);
    CHECK_EQ_STR(out, "a b");
    CHECK_EQ_INT(cf_text_copy_trimmed(out, sizeof out - 1, " \n ", 3), 0);
    CHECK_EQ_STR(out, "");
    CHECK_EQ_INT(cf_text_copy_trimmed(out, sizeof out - 1, NULL, 0), 0);
}

TEST(compares_without_regard_to_ascii_case) {
    CHECK(cf_text_is("latest", "latest"));
    CHECK(cf_text_is("LaTeSt", "latest"));
    CHECK(!cf_text_is("lates", "latest"));
    CHECK(!cf_text_is("latest2", "latest"));
    CHECK(!cf_text_is("", "latest"));
    CHECK(cf_text_is("", ""));
    CHECK(cf_text_is("..", ".."));
    CHECK(!cf_text_is(".", ".."));
}
